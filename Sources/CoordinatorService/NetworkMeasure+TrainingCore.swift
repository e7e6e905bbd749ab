package import CoordinatorCore
import TrainingCore
package import TuningModel

extension NetworkMeasure {
    /// Counts networks as the training core builds them.
    package init(_ shape: DataShape) {
        self.init(shape) { settings, shape in
            (try? TrainingConfiguration(settings)).flatMap { TrainingRun.parameterCount($0, shape: shape) }
        }
    }
}
