import TrainingData

extension DataBlock {
    /// A copy of the bytes, to change some.
    var contents: [UInt8] { unsafe self.withBytes { unsafe Array($0) } }
}
