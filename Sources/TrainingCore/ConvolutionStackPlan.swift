import KernelInterface
import TuningModel

/// Stages of convolutions, and the list of numbers that the dense layers take.
struct ConvolutionStackPlan: Hashable {
    let stages: [ConvolutionPlan]
    /// Shape [rows, imageStride]: the last stage's outputs, as it stores them.
    let images: Int
    let imageStride: Int
    /// One window as large as the image, where each channel goes on as one number.
    let globalPool: PoolWindow?
    /// Shape [rows, flatStride]: where each maximum of the global pool was.
    let places: Int?
    /// Shape [rows, flatStride]: what the dense layers take; the images' own place where these are packed as they are.
    let flat: Int
    let flatStride: Int
    /// Numbers that the dense layers take.
    let count: Int

    init(
        _ settings: ConvolutionSettings, shape: [Int], activation: Activation, seed: UInt64, rule: UpdateRule,
        rows: (batch: Int, buffer: Int), layout: inout ArenaLayout
    ) {
        var shape = ImageShape(shape, dimensions: settings.dimensions)
        let all = ConvolutionStage.all(settings)
        let isPadded = all.first?.isDepthwise == true || all.contains { $0.shortcut == 0 }
        var stages: [ConvolutionPlan] = []
        for stage in all {
            let plan = ConvolutionPlan(
                stage, input: shape, after: stages, isPadded: isPadded, function: ActivationFunction(activation),
                seed: seed, rule: rule, rows: rows, layout: &layout)
            stages.append(plan)
            shape = plan.output
        }
        self.stages = stages
        self.imageStride = shape.pixels * paddedWidth(shape.channels)
        self.images = layout.reserve(rows: rows.buffer, columns: self.imageStride)
        switch settings.globalPool {
        case .none: self.globalPool = nil
        case .maximum: self.globalPool = PoolWindow(kind: .maximum, height: shape.height, width: shape.width)
        case .average: self.globalPool = PoolWindow(kind: .average, height: shape.height, width: shape.width)
        }
        self.count = self.globalPool == nil ? shape.count : shape.channels
        let isPacked = self.globalPool == nil && self.imageStride == shape.count
        self.flatStride = isPacked ? self.imageStride : paddedWidth(self.count)
        self.flat = isPacked ? self.images : layout.reserve(rows: rows.buffer, columns: self.flatStride)
        self.places =
            self.globalPool?.kind == .maximum ? layout.reserve(rows: rows.batch, columns: self.flatStride) : nil
    }

    /// Whether the dense layers read the images as they are.
    var isPacked: Bool { self.flat == self.images }
}
