import KernelInterface
import TrainingData
import TuningModel

/// A minibatch whose rows are mixed in pairs.
@unsafe
struct MixedRows {
    /// How much each row keeps of itself.
    let share: Float
    let inputs: RowSource
    /// Shape [count]: the training rows that they are mixed with.
    let partnerRows: UnsafePointer<Int32>
    /// The mixed targets, where these are numbers or labels.
    let targets: RowSource?
}

extension TrainingRun {
    /// Mixes the rows of a minibatch in pairs, where the configuration asks for it.
    ///
    /// Scalar code that is compiled once, without fused multiply-adds: every instruction set gives the same bits.
    ///
    /// - Complexity: O(count * (features + targets)), no allocation.
    @unsafe
    func mixed(
        _ inputs: RowSource, _ rows: UnsafePointer<Int32>, count: Int, step: Int
    ) -> MixedRows? {
        guard let plan = self.plan.mixUp else { return nil }
        let base = unsafe self.arena.base
        let mixUp = MixUp(alpha: self.configuration.augmentation.mixUp, seed: self.seed)
        let share = Float(mixUp.share(step: step))
        // As other whole numbers in the arena, which stay readable after this call.
        let partners = unsafe UnsafeMutableRawPointer(base + plan.partners).assumingMemoryBound(to: Int32.self)
        let partnerRows = unsafe UnsafeMutableRawPointer(base + plan.partnerRows).assumingMemoryBound(to: Int32.self)
        unsafe mixUp.writePartners(partners, count: count, step: step)
        for place in 0..<count { unsafe partnerRows[place] = rows[Int(partners[place])] }
        let features = unsafe Self.mix(
            inputs, partners, share, count: count, to: base + plan.features, stride: self.data.featureStride)
        var targets: RowSource?
        if let place = plan.targets, let values = unsafe self.data.train.values {
            unsafe targets = Self.mix(
                RowSource(values, stride: self.data.targetStride, picked: rows), partners, share, count: count,
                to: base + place, stride: self.data.targetStride)
        }
        return unsafe MixedRows(
            share: share, inputs: features, partnerRows: UnsafePointer(partnerRows), targets: targets)
    }

    /// Writes `share row + (1 - share) partner` for each row, padding included.
    @unsafe
    private static func mix(
        _ source: RowSource, _ partners: UnsafePointer<Int32>, _ share: Float, count: Int,
        to output: UnsafeMutablePointer<Float>, stride: Int
    ) -> RowSource {
        let rest = 1 - share
        for place in 0..<count {
            let first = unsafe source.row(place)
            let second = unsafe source.row(Int(partners[place]))
            let target = unsafe output + place &* stride
            for column in 0..<stride { unsafe target[column] = share * first[column] + rest * second[column] }
        }
        return unsafe RowSource(output, stride: stride)
    }

    /// Refuses mixtures that nothing could be made of.
    static func checkMixUp(_ configuration: TrainingConfiguration, _ data: DatasetView) throws(TrainingError) {
        let alpha = configuration.augmentation.mixUp
        guard alpha != 0 else { return }
        let name = "training.augmentation.mixup"
        guard alpha > 0, alpha <= 100 else {
            throw .setting(SettingError(setting: name, found: "\(alpha)", wanted: "a number in [0, 100]"))
        }
        guard configuration.embedding.units == 0 else {
            throw .setting(
                SettingError(
                    setting: name, found: "\(alpha)",
                    wanted: "0 beside model.family.mlp.embedding: a mixture of two rows has no category"))
        }
        guard data.featureShape.count == 2 else { return }
        let last = data.featureCount - data.featureShape[1]
        for row in 0..<data.train.rowCount
        where unsafe data.train.features[row * data.featureStride + last].isNaN {
            throw .setting(
                SettingError(
                    setting: name, found: "\(alpha)",
                    wanted: "0 for sequences that end early, as training row \(row) does"))
        }
    }
}
