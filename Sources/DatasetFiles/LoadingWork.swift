import CLinux
import Dispatch
import Synchronization
package import TrainingData

/// How data files are read: on how many threads, and where large blocks of numbers lie.
package struct LoadingWork: Sendable {
    /// At least one.
    package let threads: Int
    package let source: DataBlockSource
    /// Bytes of a file that a thread takes at least.
    let smallestChunk: Int

    package init(
        threads: Int = Self.processors, source: DataBlockSource = ScratchSpace().source, smallestChunk: Int = 1 << 19
    ) {
        self.threads = max(1, threads)
        self.source = source
        self.smallestChunk = max(1, smallestChunk)
    }

    /// The processors that this process may run on.
    package static var processors: Int {
        var numbers = [Int32](repeating: 0, count: 1024)
        return unsafe max(1, Int(linux_processors(&numbers, Int32(numbers.count))))
    }

    /// A zeroed block of so many bytes.
    func block(_ byteCount: Int, file: String) throws(DataFileError) -> DataBlock {
        do throws(DatasetError) { return try self.source.block(byteCount) } catch {
            throw DataFileError(file: file, error.message)
        }
    }

    /// Does a number of jobs, each once, on all threads: whoever is done takes the next.
    ///
    /// - Returns: The results in the order of the jobs.
    func map<Result: Sendable>(_ count: Int, _ job: @Sendable (Int) -> Result) -> [Result] {
        let next = Atomic(0)
        let results = Mutex([Result?](repeating: nil, count: count))
        DispatchQueue.concurrentPerform(iterations: min(self.threads, count)) { _ in
            while true {
                let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard number < count else { return }
                let result = job(number)
                results.withLock { $0[number] = result }
            }
        }
        return results.withLock { $0.compactMap { $0 } }
    }
}
