/// What a network computes before its dense layers.
package enum NetworkFamily: Hashable, Sendable {
    /// Nothing: the dense layers take the features.
    case mlp
    /// Blocks of convolutions over images of shape [height, width, channels].
    case cnn([ConvolutionBlockSettings])
    /// Layers of LSTM cells over sequences of shape [steps, features]; the last step's state goes on.
    case lstm([RecurrentLayerSettings])

    /// The families by their names in a study file.
    package static let names = ["mlp", "cnn", "lstm"]

    /// The setting that says how many hidden dense layers there are, and whose name those of the layers begin with.
    package var denseLayers: String {
        switch self {
        case .mlp: "model.family.mlp.layers"
        case .cnn: "model.family.cnn.layers"
        case .lstm: "model.family.lstm.layers_after"
        }
    }
}

/// What stands around an image for a convolution.
package enum ConvolutionPadding: String, Hashable, Sendable, CaseIterable {
    /// Zeros, so that with a stride of 1 the image keeps its size; with an even kernel the extra row and column stand
    /// at the end.
    case same
    /// Nothing: only windows that lie in the image.
    case valid
}

/// What follows a convolution's activation.
package enum PoolSettings: String, Hashable, Sendable, CaseIterable {
    case none
    case maximum = "max"
    case average
}

/// One block: convolution, batch normalisation where asked for, activation, pool.
package struct ConvolutionBlockSettings: Hashable, Sendable {
    /// Channels of its output.
    package var filters: Int
    /// Rows and columns of the window.
    package var kernel: Int
    package var stride: Int
    package var padding: ConvolutionPadding
    package var pool: PoolSettings
    /// Rows and columns of the pool's window, and its stride.
    package var poolSize: Int
    package var batchNormalization: Bool

    package init(
        filters: Int, kernel: Int = 3, stride: Int = 1, padding: ConvolutionPadding = .same, pool: PoolSettings = .none,
        poolSize: Int = 2, batchNormalization: Bool = false
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
        self.pool = pool
        self.poolSize = poolSize
        self.batchNormalization = batchNormalization
    }
}

/// One layer of LSTM cells.
package struct RecurrentLayerSettings: Hashable, Sendable {
    package var units: Int
    package init(units: Int) { self.units = units }
}
