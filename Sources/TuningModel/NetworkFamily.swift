/// What a network computes before its dense layers.
package enum NetworkFamily: Hashable, Sendable {
    /// Nothing: the dense layers take the features.
    case mlp
    /// Blocks of convolutions.
    case cnn(ConvolutionSettings)
    /// Layers of LSTM or GRU cells over sequences of shape [steps, features].
    case recurrent(RecurrentSettings)

    /// The families by their names in a study file.
    package static let names = ["mlp", "cnn"] + RecurrentCell.allCases.map(\.rawValue)

    /// The setting that says how many hidden dense layers there are, and whose name those of the layers begin with.
    package var denseLayers: String {
        switch self {
        case .mlp: "model.family.mlp.layers"
        case .cnn: "model.family.cnn.layers"
        case .recurrent(let settings): "model.family.\(settings.cell.rawValue).layers_after"
        }
    }
}

/// A stack of convolutions.
package struct ConvolutionSettings: Hashable, Sendable {
    package var blocks: [ConvolutionBlockSettings]
    /// 2: over images of shape [height, width, channels]; 1: over sequences of shape [steps, features].
    package var dimensions: Int
    /// One number for each channel of the last block: the mean or the largest of its pixels. `none`: all its numbers go on.
    package var globalPool: PoolSettings

    package init(_ blocks: [ConvolutionBlockSettings], dimensions: Int = 2, globalPool: PoolSettings = .none) {
        self.blocks = blocks
        self.dimensions = dimensions
        self.globalPool = globalPool
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

/// One block: convolutions, each with batch normalisation where asked for and activation, then pool and dropout.
package struct ConvolutionBlockSettings: Hashable, Sendable {
    /// Channels of its output.
    package var filters: Int
    /// Rows and columns of the window.
    package var kernel: Int
    /// That of the block's first convolution.
    package var stride: Int
    /// The window's pixels are so many pixels apart.
    package var dilation: Int
    package var padding: ConvolutionPadding
    /// Convolutions, one after another.
    package var convolutions: Int
    /// Adds the block's input before the last activation; through a convolution of one pixel where channels or size differ.
    package var isResidual: Bool
    /// Each convolution is one within each channel, then one of one pixel over all channels.
    package var isSeparable: Bool
    package var pool: PoolSettings
    /// Rows and columns of the pool's window, and its stride.
    package var poolSize: Int
    package var batchNormalization: Bool
    /// Probability that a number of the block's output is dropped in training, in [0, 1).
    package var dropout: Double

    package init(
        filters: Int, kernel: Int = 3, stride: Int = 1, dilation: Int = 1, padding: ConvolutionPadding = .same,
        convolutions: Int = 1, isResidual: Bool = false, isSeparable: Bool = false, pool: PoolSettings = .none,
        poolSize: Int = 2, batchNormalization: Bool = false, dropout: Double = 0
    ) {
        self.filters = filters
        self.kernel = kernel
        self.stride = stride
        self.dilation = dilation
        self.padding = padding
        self.convolutions = convolutions
        self.isResidual = isResidual
        self.isSeparable = isSeparable
        self.pool = pool
        self.poolSize = poolSize
        self.batchNormalization = batchNormalization
        self.dropout = dropout
    }
}

/// A stack of recurrent layers.
package struct RecurrentSettings: Hashable, Sendable {
    package var cell: RecurrentCell
    package var layers: [RecurrentLayerSettings]
    /// Whether each layer also runs from the last step to the first, with weights of its own; both states stand side by
    /// side.
    package var isBidirectional: Bool
    package var output: SequenceOutput

    package init(
        _ layers: [RecurrentLayerSettings], cell: RecurrentCell = .lstm, isBidirectional: Bool = false,
        output: SequenceOutput = .last
    ) {
        self.cell = cell
        self.layers = layers
        self.isBidirectional = isBidirectional
        self.output = output
    }
}

package enum RecurrentCell: String, Hashable, Sendable, CaseIterable {
    /// Long short-term memory with forget gates.
    case lstm
    /// Gated recurrent units, the reset gate applied behind the product.
    case gru
}

/// What of the last recurrent layer goes on to the dense layers.
package enum SequenceOutput: String, Hashable, Sendable, CaseIterable {
    /// The state after the last step; of the layer's other direction that after the first.
    case last
    /// The mean of the states of all steps.
    case mean
    /// The states of all steps, one after another.
    case all
}

/// One recurrent layer.
package struct RecurrentLayerSettings: Hashable, Sendable {
    package var units: Int
    /// Probability that a number of the layer's states is dropped on the way to the next layer, in [0, 1).
    package var dropout: Double
    package init(units: Int, dropout: Double = 0) {
        self.units = units
        self.dropout = dropout
    }
}
