/// Bounds and times of a worker. The defaults are meant for every use; tests take smaller ones.
package struct WorkerLimits: Hashable, Sendable {
    /// Assignments in a slot at once: the one at work and those behind it. 8: a slot that trains for 3 ms a trial
    /// has 21 ms of work while the next assignment travels and the journal waits for its disk.
    package var slotQueueCount = 8
    /// Assignments held per slot, at work, queued or waiting for data. More are handed back as preempted.
    package var heldPerSlot = 12
    /// Epoch reports that wait for acknowledgement, over all attempts. An attempt that meets the bound is stopped and
    /// handed back as preempted after its last stored epoch, so that nothing is lost: the epochs behind it will be
    /// trained again, with the same bits. 65,536 reports are about 16 MB and 90 s of 1.4 ms epochs.
    package var spooledReports = 65_536
    /// Progress messages sent and not yet acknowledged.
    package var progressInFlight = 32
    /// Reports and attempts in one progress message, so that it stays below the frame limit of 65,536 bytes:
    /// a report with nine metrics takes about 140 bytes, an end with a full reason about 300.
    package var reportsPerMessage = 256
    package var reportsPerAttemptInMessage = 64
    package var attemptsPerMessage = 64
    /// UTF-8 bytes of a reason in an attempt's end.
    package var reasonByteCount = 240
    /// Shortest time between two progress messages while every slot has work. 4 ms: at most 250 messages a second.
    package var progressSpacing: Duration = .milliseconds(4)
    /// Progress that is not acknowledged for this long is sent again.
    package var resendInterval: Duration = .seconds(5)

    /// Reconnection: full jitter below `min(backoffMaximum, backoffBase * 2^failures)`.
    package var backoffBase: Duration = .milliseconds(100)
    package var backoffMaximum: Duration = .seconds(5)
    /// How long a hello may stay unanswered before the socket is opened anew: without and with a connection.
    package var connectTimeout: Duration = .seconds(1)
    package var helloTimeout: Duration = .seconds(5)
    /// Before the first `welcome` settles them.
    package var heartbeat: Duration = .seconds(2)
    package var silence: Duration = .seconds(10)
    package var orphan: Duration = .seconds(900)

    /// From the first signal to the end, whatever is still under way.
    package var drain: Duration = .milliseconds(4200)
    /// Ends that wait for their checkpoint's upload go out without it when so much of the drain time is left.
    package var drainReserve: Duration = .milliseconds(1000)
    /// A checkpoint is uploaded while draining if training it again would take at least this long, in seconds.
    package var drainUploadSeconds = 0.1

    /// A checkpoint is uploaded when training since the last durable one of its trial took more than this many
    /// seconds, or more than its bytes at `uploadBytesPerSecond`, whichever is larger.
    package var uploadSeconds = 0.5
    package var uploadBytesPerSecond = 50e6
    /// Bytes of all checkpoints kept in the local folder. At the bound those go first that the coordinator has, then
    /// the oldest; never one of an attempt that is held.
    package var checkpointBytes = 1 << 30
    /// Largest data set and largest checkpoint that are fetched.
    package var datasetByteCount = 1 << 34
    package var checkpointByteCount = 1 << 30
    /// Chunks asked for and not yet received.
    package var chunksInFlight = 8
    /// A transfer without progress for this long opens the bulk socket anew; after `bulkTries` times it is given up.
    package var bulkStall: Duration = .seconds(10)
    package var bulkTries = 3
    /// How long no work is taken after a data set could not be fetched; doubled with each failure in a row.
    package var datasetPauseBase: Duration = .seconds(5)
    package var datasetPauseMaximum: Duration = .seconds(300)

    /// A slot that does not end a stopped assignment within this time is killed. A minibatch group takes about 1 ms,
    /// but
    /// a validation is not interrupted.
    package var stopTimeout: Duration = .seconds(60)
    /// A slot with work tells every half second that it is alive; one that is silent for this long is killed.
    package var slotSilence: Duration = .seconds(30)
    /// A slot whose training does not go on for this long is killed. An evaluation of the network, in which no
    /// minibatch is trained, must take less.
    package var slotStandstill: Duration = .seconds(300)
    /// Delay before the n-th restart in a row of a slot that dies before it finishes any assignment: 0, then the base
    /// doubling up to `backoffMaximum`.
    package var restartBase: Duration = .milliseconds(100)

    /// Recent assignments whose durations decide how many are fetched ahead.
    package var durationWindow = 15
    /// Seconds of work that wait in each slot, by the median of recent assignments.
    package var aheadSeconds = 0.025
    /// Median in seconds from which on nothing waits.
    package var oneAheadBelow = 0.500

    package init() {}
}
