internal import SwiftProtobuf
internal import TuningModel

/// Assignments, to and from their fields.
extension Assignment {
    var wire: WireAssign {
        .with {
            $0.attempt = self.attempt.wire
            $0.seed = self.seed
            $0.settings = self.settings.map(\.wire)
            $0.dataset = self.dataset.wire
            $0.datasetByteCount = Int64(self.datasetByteCount)
            $0.ledgerEpoch = Int64(self.ledgerEpoch)
            $0.targetEpoch = Int64(self.targetEpoch)
            if let checkpoint = self.checkpoint { $0.checkpoint = checkpoint.wire }
            if let limit = self.timeLimit { $0.timeLimit = limit }
            $0.ancestors = self.ancestors.map { $0.wire(beside: self.settings) }
        }
    }

    init(_ body: WireAssign) throws(WireError) {
        do throws(WireError) {
            let settings = try [Setting](body.settings)
            let attempt = try AttemptID(body.attempt, "attempt")
            let dataset = try Digest(wire: body.dataset, "dataset")
            let byteCount = try Check.number(body.datasetByteCount, in: WireLimits.byteCounts, "dataset_byte_count")
            let ledgerEpoch = try Check.number(body.ledgerEpoch, in: WireLimits.epochCounts, "ledger_epoch")
            let targetEpoch = try Check.number(body.targetEpoch, in: WireLimits.epochs, "target_epoch")
            let checkpoint = body.hasCheckpoint ? try CheckpointReference(body.checkpoint, "checkpoint") : nil
            self.init(
                attempt: attempt, seed: body.seed, settings: settings, dataset: dataset,
                datasetByteCount: byteCount, ledgerEpoch: ledgerEpoch, targetEpoch: targetEpoch,
                checkpoint: checkpoint,
                ancestors: try Self.ancestors(body.ancestors, beside: settings, before: ledgerEpoch),
                timeLimit: body.hasTimeLimit ? try Check.seconds(body.timeLimit, "time_limit") : nil)
        } catch { throw error.inside("assign") }
    }

    private static func ancestors(
        _ body: [WireAncestor], beside settings: [Setting], before ledgerEpoch: Int
    ) throws(WireError) -> [Ancestor] {
        try Check.count(body.count, atMost: WireLimits.ancestorCount, "ancestors")
        var ancestors: [Ancestor] = []
        for (i, part) in body.enumerated() {
            do throws(WireError) {
                let ancestor = try Ancestor(part, beside: settings)
                guard ancestor.epoch >= ancestors.last?.epoch ?? 0, ancestor.epoch <= ledgerEpoch else {
                    throw WireError(
                        .outOfRange, what: "epoch", found: "\(ancestor.epoch)",
                        wanted: "\(ancestors.last?.epoch ?? 1) to \(ledgerEpoch), the ledger's")
                }
                ancestors.append(ancestor)
            } catch { throw error.inside("ancestors[\(i)]") }
        }
        return ancestors
    }
}

extension Ancestor {
    /// Only what differs travels: a long history fits into one message.
    fileprivate func wire(beside settings: [Setting]) -> WireAncestor {
        .with {
            $0.seed = self.seed
            $0.settings = self.settings.filter { !settings.contains($0) }.map(\.wire)
            $0.epoch = Int64(self.epoch)
        }
    }

    fileprivate init(_ body: WireAncestor, beside settings: [Setting]) throws(WireError) {
        let own = try [Setting](body.settings)
        if let stranger = own.first(where: { setting in !settings.contains { $0.name == setting.name } }) {
            throw WireError(
                .outOfRange, what: "settings", found: stranger.name, wanted: "settings that the assignment has too")
        }
        self.init(
            seed: body.seed,
            settings: settings.map { setting in own.first { $0.name == setting.name } ?? setting },
            epoch: try Check.number(body.epoch, in: WireLimits.epochs, "epoch"))
    }
}

extension [Setting] {
    fileprivate init(_ body: [WireSetting]) throws(WireError) {
        try Check.count(body.count, atMost: WireLimits.settingCount, "settings")
        self.init()
        for (i, part) in body.enumerated() {
            do throws(WireError) { self.append(try Setting(part)) } catch { throw error.inside("settings[\(i)]") }
        }
    }
}
