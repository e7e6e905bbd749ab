extension TrainingRun {
    /// All tensors in declaration order, unpadded: for each hidden layer `layers.N.weight` and `layers.N.bias`, or with
    /// batch normalisation `layers.N.weight`, `.norm.scale`, `.norm.shift`, `.norm.running_mean` and
    /// `.norm.running_variance`; then `output.weight` and `output.bias`.
    ///
    /// Where the configuration averages weights they are the averages; where it restores the best epoch they are those of
    /// the best epoch so far.
    ///
    /// - Complexity: O(parameters).
    package borrowing func tensors() -> [NamedTensor] {
        self.plan.tensors.map { place in
            NamedTensor(
                name: place.name, shape: place.shape,
                values: self.values(of: place, at: Self.offset(of: place, self.finalWeights)))
        }
    }

    /// The bytes of all tensors, little-endian float32, in the order of ``tensors()``: what the digest of a trained
    /// network is taken of.
    ///
    /// - Complexity: O(parameters).
    package borrowing func weightBytes() -> [UInt8] {
        var writer = ByteWriter(capacity: self.plan.tensors.reduce(0) { $0 + $1.count } * 4)
        for place in self.plan.tensors {
            writer.append(self.values(of: place, at: Self.offset(of: place, self.finalWeights)))
        }
        return writer.bytes
    }

    /// The numbers of a tensor, or of one of its moments, without padding.
    borrowing func values(of place: TensorPlace, at offset: Int) -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(place.count)
        for row in 0..<place.rows {
            let start = unsafe self.arena.base + offset + row &* place.rowStride
            for column in 0..<place.columns { unsafe values.append(start[column]) }
        }
        return values
    }

    /// Overwrites the numbers of a tensor, or of one of its moments: more values than it has are not read, missing ones
    /// leave what was there.
    borrowing func setValues(of place: TensorPlace, at offset: Int, to values: [Float]) {
        var index = 0
        for row in 0..<place.rows {
            let start = unsafe self.arena.base + offset + row &* place.rowStride
            for column in 0..<place.columns where index < values.count {
                unsafe start[column] = values[index]
                index &+= 1
            }
        }
    }
}
