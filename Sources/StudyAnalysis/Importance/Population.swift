import Randomness
import TuningModel

/// Trials among which parameters are weighed: those in which some parameters are active.
///
/// The features of a forest over them: each parameter that varies there. One that decides about the existence of others is
/// a category with the shares that its values have where these parameters exist; one that may itself be inactive has an
/// extra value for that, with the share that even draws over the space give it.
struct Population: Sendable {
    /// Numbers of parameters, one for each feature.
    let parameters: [Int]
    let features: [Feature]
    let columns: [[Double]]

    /// Fewer draws than these say nothing about shares; then those of the trials are taken.
    private static let leastDraws = 32

    /// - Parameters:
    ///   - space: What is searched.
    ///   - trials: Configurations and coordinates of the trials of this population.
    ///   - draws: Even draws over the space, those of this population.
    init(space: ParameterSpace, trials: [Point], draws: [Point]) {
        let draws = draws.count >= Self.leastDraws ? draws : trials
        var parents = [Bool](repeating: false, count: space.count)
        for parameter in space.parameters {
            for condition in parameter.conditions {
                switch condition {
                case .isOneOf(let parent, _), .exceeds(let parent, _): parents[parent] = true
                case .never: break
                }
            }
        }
        var parameters: [Int] = []
        var features: [Feature] = []
        var columns: [[Double]] = []
        for index in space.parameters.indices {
            guard Set(trials.map { $0.values[index] }).count > 1 else { continue }
            let domain = space.parameters[index].domain
            let inactive = Double(draws.count { $0.values[index] == nil }) / Double(max(1, draws.count))
            if parents[index], let values = Self.values(index, draws + trials) {
                parameters.append(index)
                features.append(
                    .category(
                        shares: values.map { value in
                            Double(draws.count { $0.values[index] == value }) / Double(max(1, draws.count))
                        }))
                columns.append(trials.map { Double(values.firstIndex(of: $0.values[index]) ?? 0) })
            } else if case .choice(let values) = domain {
                parameters.append(index)
                let share = (1 - inactive) / Double(values.count)
                features.append(.category(shares: values.map { _ in share } + [inactive]))
                columns.append(
                    trials.map { trial in
                        Double(trial.values[index].flatMap { values.firstIndex(of: $0) } ?? values.count)
                    })
            } else {
                parameters.append(index)
                features.append(.number(inactiveShare: inactive))
                columns.append(
                    trials.map { $0.coordinates[index].isNaN ? -1 : min(max($0.coordinates[index], 0), 1 - 0x1p-53) })
            }
        }
        self.parameters = parameters
        self.features = features
        self.columns = columns
    }

    struct Point: Sendable {
        let values: [ParameterValue?]
        let coordinates: [Double]

        init(_ configuration: Configuration, in space: ParameterSpace) {
            var values = configuration.values
            while values.count < space.count { values.append(nil) }
            self.values = values
            self.coordinates = space.coordinates(of: configuration)
        }
    }

    /// Values in the order in which they come, inactivity among them; `nil` where they are too many to be categories.
    private static func values(_ index: Int, _ points: [Point]) -> [ParameterValue?]? {
        var values: [ParameterValue?] = []
        for point in points where !values.contains(point.values[index]) {
            values.append(point.values[index])
            if values.count > 128 { return nil }
        }
        return values
    }
}
