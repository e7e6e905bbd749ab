internal import SearchAlgorithms
internal import SwiftProtobuf
internal import TuningModel

/// What a study recalls of earlier ones, to and from the fields of its journal.
extension Recollection {
    var stored: StoredRecalled {
        .with {
            $0.study = self.study
            $0.number = Int64(self.number)
            $0.sameData = self.isSameData
            $0.trials = self.trials.map { trial in
                .with {
                    $0.configuration = trial.configuration.values.map(StoredValue.init)
                    $0.observations = trial.observations.map { observation in
                        .with {
                            $0.level = Int64(observation.level)
                            $0.loss = observation.loss
                            $0.further = observation.furtherLosses
                            $0.seconds = observation.seconds
                            $0.violation = observation.violation
                        }
                    }
                }
            }
        }
    }

    init(_ body: StoredRecalled) throws(WireError) {
        var trials: [WarmStart.Match] = []
        trials.reserveCapacity(body.trials.count)
        for trial in body.trials {
            var observations: [SearchHistory.Observation] = []
            for observation in trial.observations {
                observations.append(
                    SearchHistory.Observation(
                        level: try Check.number(observation.level, in: WireLimits.epochs, "recalled.level"),
                        loss: observation.loss, furtherLosses: observation.further, violation: observation.violation,
                        seconds: observation.seconds))
            }
            trials.append(
                WarmStart.Match(
                    configuration: Configuration(trial.configuration.map(\.noun)), observations: observations))
        }
        self.init(
            study: body.study, number: try Check.number(body.number, in: 0...1_000_000, "recalled.number"),
            isSameData: body.sameData, trials: trials)
    }
}
