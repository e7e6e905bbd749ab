import NumericKernels
import Testing
import TrainingData
import TuningModel

@testable import TrainingCore

@Suite("The networks of one trial that are trained in turn")
struct NetworkTurnTests {
    private let folds = [
        TestData.random(.classification(classes: 3), rows: 47, seed: 3),
        TestData.random(.classification(classes: 3), rows: 41, seed: 4),
    ]

    private func configuration(repeats: Int, epochs: Int, patience: Int? = nil) -> TrainingConfiguration {
        var configuration = TrainingCase(batchNormalization: true, dropout: 0.2, units: [19]).configuration
        configuration.repeats = repeats
        configuration.networkEpochs = epochs
        if let patience {
            configuration.learningRate = 0.3
            configuration.earlyStopping = PatienceSettings(patience: patience)
        }
        return configuration
    }

    private func group(_ configuration: TrainingConfiguration, folds: Int = 2) throws -> TrainingGroup {
        try TrainingGroup(
            configuration, data: self.folds.prefix(folds).map(\.view), seed: 9, kernels: try KernelSet.best(named: nil))
    }

    private func resumed(
        _ bytes: [UInt8], _ configuration: TrainingConfiguration, isFirstOnly: Bool = false
    ) throws -> TrainingGroup {
        try TrainingGroup(
            checkpoint: bytes, configuration: configuration, data: self.folds.map(\.view), seed: 9,
            kernels: try KernelSet.best(named: nil), isFirstOnly: isFirstOnly)
    }

    /// A network that is trained alone to its end.
    private struct Alone {
        var outcomes: [EpochOutcome] = []
        var weights: [UInt8] = []
        var rows = 0
        var test: [MetricValue] = []

        init(_ configuration: TrainingConfiguration, _ data: TestData, repeat number: Int) throws {
            var run = try TrainingRun(
                configuration, data: data.view, seed: TrainingGroup.seed(9, repeat: number),
                kernels: try KernelSet.best(named: nil))
            while !run.isOver, run.epoch < configuration.networkEpochs ?? 0 {
                _ = run.trainEpoch { false }
                self.outcomes.append(run.finishEpoch())
            }
            self.weights = run.weightBytes()
            self.rows = run.trainedRowCount
            self.test = run.evaluate(data.view.validation, as: .test)
        }
    }

    /// All networks of a trial, each alone, in the order of their turns.
    private func alone(_ configuration: TrainingConfiguration) throws -> [Alone] {
        var networks: [Alone] = []
        for number in 0..<configuration.repeats {
            for data in self.folds { networks.append(try Alone(configuration, data, repeat: number)) }
        }
        return networks
    }

    /// What each epoch of a trial should tell: means over the networks that have begun, and how many have ended.
    private static func outcomes(of networks: [Alone]) -> [EpochOutcome] {
        var outcomes: [EpochOutcome] = []
        for (place, network) in networks.enumerated() {
            let ended = networks[..<place].compactMap(\.outcomes.last)
            for (epoch, outcome) in network.outcomes.enumerated() {
                let isEnd = epoch == network.outcomes.count - 1
                let lists = (ended + [outcome]).map(\.metrics)
                let metrics = outcome.metrics.indices.map { index in
                    MetricValue(
                        outcome.metrics[index].metric,
                        lists.reduce(0) { $0 + $1[index].value } / Double(lists.count))
                }
                let isLast = isEnd && place == networks.count - 1
                outcomes.append(
                    EpochOutcome(
                        status: isLast ? outcome.status : .normal,
                        metrics: metrics + [MetricValue(.trainNetworks, Double(place + (isEnd ? 1 : 0)))]))
            }
        }
        return outcomes
    }

    @Test("each have the bits that they have alone, and the trial's figures are means over those that have begun")
    func means() throws {
        let configuration = self.configuration(repeats: 2, epochs: 3)
        let networks = try self.alone(configuration)
        var group = try self.group(configuration)
        #expect(group.count == 4 && group.epoch == 0 && !group.isBetweenNetworks)
        for (epoch, wanted) in Self.outcomes(of: networks).enumerated() {
            #expect(group.isOver == false)
            let (rows, place) = (group.rowsPerEpoch, epoch / 3)
            #expect(rows == networks[place].rows)
            #expect(group.trainEpoch { false })
            #expect(group.rowsPerEpoch == rows)
            #expect(group.finishEpoch() == wanted)
            let isBetween = group.isBetweenNetworks
            #expect(isBetween == (epoch % 3 == 2) && group.epoch == epoch + 1)
            // The first network, and the one at work where it is another, are all that is in memory.
            #expect(group.members.count == (place > 0 && !isBetween ? 2 : 1))
            if isBetween, place == 0 {
                let weights = group.weightBytes()
                #expect(weights == networks[0].weights)
            }
        }
        let (status, isOver, rows) = (group.status, group.isOver, group.rowsPerEpoch)
        #expect(status == .normal && isOver && rows == 0)
        // The first network and a checksum of each other one.
        let weights = group.weightBytes()
        let sums = networks.dropFirst().flatMap { network in
            var writer = ByteWriter(capacity: 8)
            writer.append(Checkpoint.checksum(network.weights[...]))
            return writer.bytes
        }
        #expect(weights == networks[0].weights + sums)
        // The first network is the one that is tested and saved.
        #expect(group.evaluate(self.folds[0].view.validation, as: .test) == networks[0].test)
        let tensors = group.tensors().reduce(0) { $0 + $1.values.count }
        #expect(tensors * 4 == networks[0].weights.count)
    }

    @Test("have nothing more to train behind the last one's end")
    func over() throws {
        let configuration = self.configuration(repeats: 1, epochs: 1)
        var group = try self.group(configuration)
        var outcome: EpochOutcome?
        for _ in 0..<2 {
            _ = group.trainEpoch { false }
            outcome = group.finishEpoch()
        }
        let bytes = group.checkpoint()
        #expect(group.trainEpoch { true })
        #expect(group.finishEpoch() == outcome)
        let (epoch, after) = (group.epoch, group.checkpoint())
        #expect(epoch == 2 && after == bytes)
    }

    @Test("go on after any epoch with the same bits", arguments: [nil, 1])
    func resumption(patience: Int?) throws {
        let configuration = self.configuration(repeats: 2, epochs: 3, patience: patience)
        var whole = try self.group(configuration)
        var states = [whole.checkpoint()]
        var weights = [whole.weightBytes()]
        var outcomes: [EpochOutcome] = []
        while !whole.isOver {
            _ = whole.trainEpoch { false }
            outcomes.append(whole.finishEpoch())
            states.append(whole.checkpoint())
            weights.append(whole.weightBytes())
        }
        #expect(patience == nil ? outcomes.count == 12 : outcomes.count < 12)
        for epoch in outcomes.indices {
            var group = try self.resumed(states[epoch], configuration)
            let (start, bytes, ownWeights) = (group.epoch, group.checkpoint(), group.weightBytes())
            #expect(start == epoch && bytes == states[epoch] && ownWeights == weights[epoch])
            for later in outcomes[epoch...] {
                #expect(group.isOver == false)
                _ = group.trainEpoch { false }
                #expect(group.finishEpoch() == later)
            }
            let (end, isOver) = (group.checkpoint(), group.isOver)
            #expect(end == states[outcomes.count] && isOver)
        }
        let end = try self.resumed(states[outcomes.count], configuration)
        let (isOver, status, epoch) = (end.isOver, end.status, end.epoch)
        #expect(isOver && status == outcomes.last?.status && epoch == outcomes.count)
    }

    @Test("out of patience, one leaves its turn to the next, and the last one ends the trial early")
    func patience() throws {
        let configuration = self.configuration(repeats: 4, epochs: 6, patience: 1)
        let networks = try self.alone(configuration)
        let ends = networks.map(\.outcomes.count)
        #expect(Set(ends).count > 1 && ends.contains { $0 < 6 }, "\(ends)")
        var group = try self.group(configuration)
        for wanted in Self.outcomes(of: networks) {
            // Taken up anew in each epoch: of those that ended figures are stored.
            group = try self.resumed(group.checkpoint(), configuration)
            #expect(group.isOver == false)
            _ = group.trainEpoch { false }
            #expect(group.finishEpoch() == wanted)
        }
        let (isOver, status, epoch) = (group.isOver, group.status, group.epoch)
        #expect(isOver && epoch == ends.reduce(0, +))
        #expect(status == networks.last?.outcomes.last?.status)
    }

    @Test("end the trial where one of them diverges, the first or a later one")
    func divergence() throws {
        var configuration = self.configuration(repeats: 2, epochs: 2)
        configuration.optimizer = .sgd(momentum: 0, nesterov: false)
        configuration.layers = []
        configuration.metrics = [.trainSamples]
        let good = TestData.random(.regression(outputs: 1))
        // Numbers that a loss does not survive.
        let bad = TestData(
            task: good.task, featureCount: good.featureCount, rowCount: 10, validationRowCount: 10
        ) { row in ([Float](repeating: 1e30, count: good.featureCount), [Float(row)]) }
        for isFirst in [true, false] {
            var group = try TrainingGroup(
                configuration, data: isFirst ? [bad.view, good.view] : [good.view, bad.view], seed: 9,
                kernels: try KernelSet.best(named: nil))
            var outcomes: [EpochOutcome] = []
            for _ in 0..<8 where !group.isOver {
                _ = group.trainEpoch { false }
                outcomes.append(group.finishEpoch())
            }
            let status = group.status
            #expect(status == .diverged)
            #expect(outcomes.map(\.status) == (isFirst ? [.diverged] : [.normal, .normal, .diverged]))
            #expect(outcomes.last?.metrics[.trainNetworks] == (isFirst ? 0 : 1))
            #expect(outcomes.last?.metrics[.trainSamples] == 10)
        }
    }

    @Test("leave the first one to be taken up alone: it goes on to its own end, and no further")
    func first() throws {
        let configuration = self.configuration(repeats: 2, epochs: 3)
        let network = try self.alone(configuration)[0]
        var whole = try self.group(configuration)
        var single = configuration
        single.repeats = 1
        for epoch in 0...12 {
            var group = try self.resumed(whole.checkpoint(), configuration, isFirstOnly: true)
            let (count, start) = (group.count, group.epoch)
            #expect(count == 1 && start == min(epoch, 3))
            while !group.isOver {
                _ = group.trainEpoch { false }
                _ = group.finishEpoch()
            }
            let (end, weights) = (group.epoch, group.weightBytes())
            #expect(end == 3 && weights == network.weights)
            #expect(group.evaluate(self.folds[0].view.validation, as: .test) == network.test)
            guard epoch < 12 else { break }
            _ = whole.trainEpoch { false }
            _ = whole.finishEpoch()
        }
        // From its beginning, without the others.
        var group = try self.group(single, folds: 1)
        while !group.isOver {
            _ = group.trainEpoch { false }
            _ = group.finishEpoch()
        }
        let (end, weights) = (group.epoch, group.weightBytes())
        #expect(end == 3 && weights == network.weights)
    }

    @Test("in a damaged checkpoint, or one of other networks, are refused")
    func damage() throws {
        let configuration = self.configuration(repeats: 2, epochs: 2)
        var group = try self.group(configuration)
        for _ in 0..<3 {
            _ = group.trainEpoch { false }
            _ = group.finishEpoch()
        }
        let bytes = group.checkpoint()
        for length in [0, 7, 8, 12, 16, 24, 28, 40, 60, 200, bytes.count / 2, bytes.count - 1] {
            #expect(throws: TrainingError.self) { _ = try self.resumed(Array(bytes.prefix(length)), configuration) }
        }
        for place in Swift.stride(from: 0, to: bytes.count, by: 97) {
            var damaged = bytes
            damaged[place] ^= 0x10
            #expect(throws: TrainingError.self) { _ = try self.resumed(damaged, configuration) }
        }
        #expect(throws: TrainingError.self) { _ = try self.resumed(bytes + [0], configuration) }
        // Behind a right checksum: how many ended, the first one's epochs, its status, its figures, a figure's number, the
        // bytes of the first network.
        let figures = Int(bytes[48])
        for (place, width) in [(24, 4), (28, 8), (36, 4), (48, 4), (52, 4), (52 + 12 * figures, 8)] {
            for value in [UInt8(0), 0x7F, 0xFF] where value != 0 || place != 36 {
                var damaged = Array(bytes.dropLast(8))
                for index in place..<place + width { damaged[index] = value }
                #expect(throws: TrainingError.self, "\(value) at \(place)") {
                    _ = try self.resumed(Self.sealed(damaged), configuration)
                }
            }
        }
        for (other, message) in [
            (self.configuration(repeats: 3, epochs: 2), "number of networks = 4, want 6"),
            (self.configuration(repeats: 2, epochs: 3), "epochs of each network = 2, want 3"),
        ] {
            #expect {
                _ = try self.resumed(bytes, other)
            } throws: {
                "\($0)".contains(message)
            }
        }
        // Those that are trained side by side, and the other way round.
        var beside = configuration
        beside.networkEpochs = nil
        #expect(throws: TrainingError.self) { _ = try self.resumed(bytes, beside) }
        let other = try self.group(beside).checkpoint()
        #expect(throws: TrainingError.self) { _ = try self.resumed(other, configuration) }
    }

    @Test("are stored behind a name, a version and their number")
    func beginning() throws {
        let bytes = try self.group(self.configuration(repeats: 2, epochs: 3)).checkpoint()
        #expect(bytes.prefix(24) == Array("WNWTURNS".utf8)[...] + [1, 0, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test("are refused where a stored network is not where its turn says, though each by itself is right")
    func epochs() throws {
        let configuration = self.configuration(repeats: 2, epochs: 3)
        var states: [TurnCheckpoint] = []
        var group = try self.group(configuration)
        for _ in 0..<6 {
            _ = group.trainEpoch { false }
            _ = group.finishEpoch()
            states.append(try TurnCheckpoint(group.checkpoint(), count: 4, epochs: 3))
        }
        func refusal(ended: [NetworkTurns.Ended], first: [UInt8], current: [UInt8]?) throws -> String {
            let bytes = TurnCheckpoint(count: 4, epochs: 3, ended: ended, first: first, current: current).encoded()
            let error = #expect(throws: TrainingError.self) { _ = try self.resumed(bytes, configuration) }
            return error.map { "\($0)" } ?? ""
        }
        let (early, middle) = (states[0], states[3])
        #expect(
            try refusal(ended: middle.ended, first: early.first, current: middle.current)
                .contains("epoch of the first network = 1, want 3, at its end"))
        #expect(
            try refusal(ended: [], first: middle.first, current: nil)
                .contains("epoch of a network at work = 3, want one before its end at 3"))
        #expect(
            try refusal(ended: [], first: early.first, current: middle.current)
                .contains("network at work = one behind 0 of 4"))
        // The first network in the place of the second one: another seed or other rows.
        #expect(throws: TrainingError.self) {
            let bytes = TurnCheckpoint(
                count: 4, epochs: 3, ended: middle.ended, first: middle.first, current: early.first
            ).encoded()
            _ = try self.resumed(bytes, configuration)
        }
    }

    /// With the checksum that the bytes should have.
    private static func sealed(_ bytes: [UInt8]) -> [UInt8] {
        var writer = ByteWriter(capacity: bytes.count + 8)
        writer.append(bytes)
        writer.append(Checkpoint.checksum(bytes[...]))
        return writer.bytes
    }

    @Test("are refused for no epoch, for a fold that none can be made of, and where a population would take them over")
    func refusals() throws {
        #expect {
            _ = try self.group(self.configuration(repeats: 2, epochs: 0))
        } throws: {
            "\($0)" == "training.network_epochs = 0, want a whole number >= 1"
        }
        // Of the last fold there is no network: that is told before the first one is trained.
        let other = TestData.random(.regression(outputs: 1))
        var weighted = self.configuration(repeats: 1, epochs: 2)
        weighted.loss.classWeights = .balanced
        #expect(throws: TrainingError.self) {
            _ = try TrainingGroup(
                weighted, data: [self.folds[0].view, other.view], seed: 9, kernels: try KernelSet.best(named: nil))
        }
        let configuration = self.configuration(repeats: 2, epochs: 2)
        var beside = configuration
        beside.networkEpochs = nil
        for (parent, child) in [(configuration, beside), (beside, configuration)] {
            let group = try self.group(parent)
            let error = #expect(throws: TrainingError.self) {
                let copy = try TrainingGroup(
                    adopting: group, configuration: child, seed: 10, kernels: try KernelSet.best(named: nil))
                _ = copy.epoch
            }
            #expect(
                error
                    == .adoption(
                        what: "training.network_epochs", found: "2",
                        wanted: "none: networks that are trained one after the other are not taken over"))
        }
    }
}

@Suite("Rows that an epoch trained on")
struct TrainedRowTests {
    @Test(
        "are the sum over the networks, for every task, where they are asked for",
        arguments: [
            LearningTask.classification(classes: 3), .regression(outputs: 2), .multiLabel(labels: 3),
        ])
    func sums(task: LearningTask) throws {
        let folds = [TestData.random(task, rows: 47, seed: 3), TestData.random(task, rows: 41, seed: 4)]
        var configuration = TrainingCase(task: task, units: [7]).configuration
        configuration.repeats = 2
        func figures(epochs: Int) throws -> [[MetricValue]] {
            var group = try TrainingGroup(
                configuration, data: folds.map(\.view), seed: 9, kernels: try KernelSet.best(named: nil))
            return (0..<epochs).map { _ in
                _ = group.trainEpoch { false }
                return group.finishEpoch().metrics
            }
        }
        let without = try figures(epochs: 2)
        configuration.metrics = [.trainSamples]
        #expect(try figures(epochs: 2) == without.map { $0 + [MetricValue(.trainSamples, Double(2 * (47 + 41)))] })
        // Rows that are held back are not trained on.
        var steps = T1T2Settings()
        steps.learningRate = 0.1
        steps.share = 0.5
        configuration.t1t2 = steps
        let held = try figures(epochs: 1)[0][.trainSamples]
        #expect(held == Double(2 * (47 - 23 + 41 - 20)))
        configuration.t1t2 = nil
        configuration.networkEpochs = 2
        let turns = try figures(epochs: 5)
        #expect(turns.map { $0[.trainSamples] } == [47, 47, 41, 41, 47])
        #expect(
            turns.map { $0.suffix(2).map(\.metric) } == .init(repeating: [.trainSamples, .trainNetworks], count: 5))
    }

    @Test("are fewer once a network rests")
    func rest() throws {
        let folds = [
            TestData.random(.classification(classes: 3), rows: 47, seed: 3),
            TestData.random(.classification(classes: 3), rows: 41, seed: 4),
        ]
        var configuration = TrainingCase(batchNormalization: true, dropout: 0.2, units: [19]).configuration
        configuration.repeats = 4
        configuration.learningRate = 0.3
        configuration.earlyStopping = PatienceSettings(patience: 1)
        configuration.metrics = [.trainSamples]
        var group = try TrainingGroup(
            configuration, data: folds.map(\.view), seed: 9, kernels: try KernelSet.best(named: nil))
        var rows: [Double] = []
        while !group.isOver {
            let wanted = group.members.reduce(0) { $0 + ($1.run.isOver ? 0 : $1.run.data.train.rowCount) }
            _ = group.trainEpoch { false }
            let found = try #require(group.finishEpoch().metrics[.trainSamples])
            #expect(found == Double(wanted))
            rows.append(found)
        }
        #expect(rows[0] == Double(4 * (47 + 41)) && (rows.last ?? 0) < rows[0])
    }

    @Test("are no figure that patience could watch")
    func watched() throws {
        #expect(!PatienceSettings.metrics.contains(.trainSamples))
        #expect(!PatienceSettings.metrics.contains(.trainNetworks))
        let names = [
            Setting("model.family", .text("mlp")), Setting("model.family.mlp.layers", .int(0)),
            Setting("training.early_stopping.patience", .int(3)),
        ]
        for metric in ["train.samples", "train.networks"] {
            #expect(throws: SettingError.self) {
                _ = try TrainingConfiguration(names + [Setting("training.early_stopping.metric", .text(metric))])
            }
        }
        #expect(throws: SettingError.self) {
            _ = try TrainingConfiguration(names + [Setting("training.metrics.0", .text("train.networks"))])
        }
        let configuration = try TrainingConfiguration(
            names + [
                Setting("training.metrics.0", .text("train.samples")), Setting("training.network_epochs", .int(7)),
            ])
        #expect(configuration.metrics == [.trainSamples] && configuration.networkEpochs == 7)
    }
}
