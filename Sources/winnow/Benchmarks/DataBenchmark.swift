import DatasetFiles
import Foundation
import TuningModel

/// Measures how fast a CSV file becomes rows.
struct DataBenchmark {
    let file: String
    let target: String
    let repeats: Int
    let threads: Int

    struct Result {
        let rows: Int
        let features: Int
        let byteCount: Int
        /// Of each reading, in order.
        let seconds: [Double]

        /// At the median time.
        var megabytesPerSecond: Double {
            let median = self.seconds.sorted()[self.seconds.count / 2]
            return median > 0 ? Double(self.byteCount) / 1e6 / median : 0
        }
    }

    /// - Throws: ``CommandFailure`` where the file is refused.
    func run() throws -> Result {
        let path = URL(fileURLWithPath: self.file)
        let source = DataSource.csv(
            file: path.lastPathComponent, target: self.target, categorical: [], ignore: [], missing: MissingCells(.mean)
        )
        let clock = ContinuousClock()
        var seconds: [Double] = []
        var shape = (rows: 0, features: 0)
        do {
            for _ in 0..<self.repeats {
                let start = clock.now
                shape = try DatasetLoader.shape(
                    of: source, task: .regression, relativeTo: path.deletingLastPathComponent().path,
                    work: LoadingWork(threads: self.threads))
                seconds.append(Figures.seconds(start.duration(to: clock.now)))
            }
        } catch {
            throw CommandFailure(.wrongInput, "\(error)")
        }
        let size = try FileManager.default.attributesOfItem(atPath: self.file)[.size] as? Int
        return Result(rows: shape.rows, features: shape.features, byteCount: size ?? 0, seconds: seconds)
    }

    /// A table of numbers between -10 and 10 with six digits behind the point; the last column is `y`.
    static func table(rows: Int, columns: Int) -> Data {
        var text = (1..<columns).map { "x\($0)," }.joined() + "y\n"
        text.reserveCapacity(rows * columns * 10)
        var state: UInt64 = 1
        for _ in 0..<rows {
            for column in 0..<columns {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let number = Int(state >> 33) % 20_000_000 - 10_000_000
                let decimals = "\(abs(number) % 1_000_000 + 1_000_000)".dropFirst()
                text += "\(number < 0 ? "-" : "")\(abs(number) / 1_000_000).\(decimals)"
                text += column + 1 < columns ? "," : "\n"
            }
        }
        return Data(text.utf8)
    }
}
