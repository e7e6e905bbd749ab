import TuningModel

/// A metric and what is measured for it.
struct PlannedFigure: Hashable {
    let metric: Metric
    let figure: Figure
}

/// Which figures an evaluation tells, decided once; in the order of the metrics' declaration.
struct FigurePlan {
    let validation: [PlannedFigure]
    let test: [PlannedFigure]

    /// Most scores that an area under the curve is computed of where nobody has asked for it: 256 MiB of them.
    private static let mostScores = 1 << 26

    /// - Throws: ``TrainingError`` for a metric that the task does not have.
    init(_ configuration: TrainingConfiguration, task: LearningTask) throws(TrainingError) {
        let kind = task.kind
        let watched = configuration.earlyStopping?.metric
        let asked = (configuration.metrics + [watched].compactMap { $0 }).compactMap(\.figure)
        let known = Figure.always(kind) + Figure.optional(kind)
        if let wrong = configuration.metrics.first(where: {
            $0 != .trainSamples && $0.figure.map(known.contains) != true
        }) {
            throw .setting(
                SettingError(
                    setting: "training.metrics", found: wrong.rawValue,
                    wanted: "metrics of \(kind.rawValue): "
                        + (Metric.validation(known) + [.trainSamples]).map(\.rawValue).joined(separator: ", ")))
        }
        if let watched, watched.figure.map(known.contains) == false {
            throw .setting(
                SettingError(
                    setting: "training.early_stopping.metric", found: watched.rawValue,
                    wanted: "one of "
                        + ([.trainLoss] + Metric.validation(known)).map(\.rawValue).joined(separator: ", ")))
        }
        let tested = Figure.optional(kind).filter { figure in
            switch figure {
            case .top3: task.outputCount > 3
            case .top5: task.outputCount > 5
            case .logLoss: false
            case .loss, .accuracy, .precision, .recall, .f1, .rootMeanSquaredError, .meanAbsoluteError, .r2,
                .microPrecision, .microRecall, .microF1, .areaUnderCurve, .hammingLoss:
                true
            }
        }
        self.validation = Self.planned("validation", Figure.always(kind) + asked)
        self.test = Self.planned("test", Figure.always(kind) + asked + tested)
    }

    func figures(_ kind: EvaluationKind, rows: Int, scores: Int) -> [PlannedFigure] {
        switch kind {
        case .validation: self.validation
        case .test:
            self.test.filter { planned in
                planned.figure != .areaUnderCurve || rows <= Self.mostScores / max(1, scores)
                    || self.validation.contains { $0.figure == .areaUnderCurve }
            }
        }
    }

    private static func planned(_ part: String, _ figures: [Figure]) -> [PlannedFigure] {
        Metric.allCases.compactMap { metric in
            guard metric.rawValue.hasPrefix("\(part)."), let figure = metric.figure, figures.contains(figure) else {
                return nil
            }
            return PlannedFigure(metric: metric, figure: figure)
        }
    }
}

extension Array where Element == PlannedFigure {
    func wants(_ figures: Figure...) -> Bool { self.contains { figures.contains($0.figure) } }
}
