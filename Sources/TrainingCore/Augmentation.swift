import Randomness
import TuningModel

/// Writes the images of a minibatch changed at random.
///
/// Scalar code that is compiled once, without fused multiply-adds: every instruction set gives the same bits. An image's
/// changes follow from (seed, epoch, row) alone, so that neither the size of a minibatch nor a resumed run alters them.
///
/// Sources: A. Krizhevsky, I. Sutskever, G. Hinton, "ImageNet Classification with Deep Convolutional Neural Networks",
/// NIPS 2012, section 4.1, for mirroring and shifting; C. Szegedy et al., "Going Deeper with Convolutions", CVPR 2015,
/// section 6, for windows of random size; T. DeVries, G. Taylor, "Improved Regularization of Convolutional Neural Networks
/// with Cutout", arXiv:1708.04552, section 3.1. Deviation, on purpose: windows keep the sides' ratio.
@safe
struct Augmentation {
    let settings: AugmentationSettings
    let height: Int
    let width: Int
    let channels: Int
    let seed: UInt64

    /// What happens to one image.
    struct Draw: Hashable {
        var isMirrored = false
        /// Of each side, in (0, 1].
        var scale = 1.0
        /// Upper left corner of the window, in pixels of the image.
        var top = 0.0
        var left = 0.0
        var down = 0
        var right = 0
        /// The square that becomes 0.
        var cutRows = 0..<0
        var cutColumns = 0..<0
    }

    /// - Parameters:
    ///   - settings: How images are changed.
    ///   - shape: [height, width, channels].
    ///   - seed: The trial's.
    init(_ settings: AugmentationSettings, shape: [Int], seed: UInt64) {
        self.settings = settings
        self.height = shape[0]
        self.width = shape[1]
        self.channels = shape[2]
        self.seed = seed
    }

    /// What happens to a row in an epoch, from eight random words of its own.
    ///
    /// A number below n is drawn from 32 bits by multiplication; its bias is below n / 2³².
    func draw(row: Int, epoch: Int) -> Draw {
        let stream = RandomStream(
            seed: self.seed, purpose: .augmentation, stream: UInt32(truncatingIfNeeded: epoch))
        let first = stream.block(at: UInt64(row) &* 2)
        let second = stream.block(at: UInt64(row) &* 2 &+ 1)
        var draw = Draw()
        draw.isMirrored = Double(first[0]) * 0x1p-32 < self.settings.flip
        if self.settings.crop < 1 {
            draw.scale = self.settings.crop + (1 - self.settings.crop) * (Double(second[1]) * 0x1p-32)
            draw.top = (1 - draw.scale) * Double(self.height) * (Double(second[2]) * 0x1p-32)
            draw.left = (1 - draw.scale) * Double(self.width) * (Double(second[3]) * 0x1p-32)
        }
        let range = 2 &* self.settings.shift &+ 1
        draw.down = Self.below(range, first[1]) &- self.settings.shift
        draw.right = Self.below(range, first[2]) &- self.settings.shift
        if self.settings.cutout > 0 {
            let top = Self.below(self.height, first[3]) &- self.settings.cutout / 2
            let left = Self.below(self.width, second[0]) &- self.settings.cutout / 2
            draw.cutRows = max(0, top)..<min(self.height, top &+ self.settings.cutout)
            draw.cutColumns = max(0, left)..<min(self.width, left &+ self.settings.cutout)
        }
        return draw
    }

    private static func below(_ bound: Int, _ word: UInt32) -> Int {
        Int(truncatingIfNeeded: (UInt64(word) &* UInt64(truncatingIfNeeded: bound)) >> 32)
    }

    /// Writes the changed images of some rows.
    ///
    /// - Parameters:
    ///   - rows: Shape [count], numbers of training rows.
    ///   - count: How many.
    ///   - source: Shape [training rows, stride].
    ///   - output: Shape [count, stride], overwritten but for the padding.
    ///   - stride: Floats from row to row.
    ///   - epoch: Counted from 0.
    /// - Complexity: O(count · height · width · channels), no allocation.
    @unsafe
    func write(
        _ rows: UnsafePointer<Int32>, count: Int, from source: UnsafePointer<Float>,
        to output: UnsafeMutablePointer<Float>, stride: Int, epoch: Int
    ) {
        for place in 0..<count {
            let row = unsafe Int(rows[place])
            let draw = self.draw(row: row, epoch: epoch)
            unsafe self.write(draw, from: source + row &* stride, to: output + place &* stride)
        }
    }

    /// Writes one image.
    @unsafe
    func write(_ draw: Draw, from source: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>) {
        let rowCount = self.width &* self.channels
        // The columns that something is moved into.
        let first = max(0, draw.right)
        let last = min(self.width, self.width &+ draw.right)
        for y in 0..<self.height {
            let line = unsafe output + y &* rowCount
            let row = y &- draw.down
            guard row >= 0, row < self.height else {
                unsafe line.update(repeating: 0, count: rowCount)
                continue
            }
            unsafe line.update(repeating: 0, count: first &* self.channels)
            unsafe (line + last &* self.channels).update(repeating: 0, count: (self.width &- last) &* self.channels)
            let from = unsafe source + row &* rowCount
            if draw.scale != 1 {
                for x in first..<last {
                    unsafe self.interpolate(
                        draw, row: row, column: x &- draw.right, from: source, to: line + x &* self.channels)
                }
            } else if draw.isMirrored {
                for x in first..<last {
                    let column = self.width &- 1 &- (x &- draw.right)
                    unsafe (line + x &* self.channels).update(
                        from: from + column &* self.channels, count: self.channels)
                }
            } else {
                unsafe (line + first &* self.channels).update(
                    from: from + (first &- draw.right) &* self.channels, count: (last &- first) &* self.channels)
            }
            guard draw.cutRows.contains(y) else { continue }
            unsafe (line + draw.cutColumns.lowerBound &* self.channels).update(
                repeating: 0, count: draw.cutColumns.count &* self.channels)
        }
    }

    /// One pixel of the window scaled to the whole image, bilinear between the centres of pixels.
    @inline(never)
    @unsafe
    private func interpolate(
        _ draw: Draw, row: Int, column: Int, from source: UnsafePointer<Float>, to pixel: UnsafeMutablePointer<Float>
    ) {
        let y = max(0, min(Double(self.height &- 1), draw.top + (Double(row) + 0.5) * draw.scale - 0.5))
        let x = max(0, min(Double(self.width &- 1), draw.left + (Double(column) + 0.5) * draw.scale - 0.5))
        let (upper, left) = (Int(y), Int(x))
        let (lower, right) = (min(upper &+ 1, self.height &- 1), min(left &+ 1, self.width &- 1))
        let (down, across) = (Float(y - Double(upper)), Float(x - Double(left)))
        // Mirrored first: the window is cut out of the mirrored image.
        let first = draw.isMirrored ? self.width &- 1 &- left : left
        let second = draw.isMirrored ? self.width &- 1 &- right : right
        for channel in 0..<self.channels {
            let above = unsafe self.between(
                source[(upper &* self.width &+ first) &* self.channels &+ channel],
                source[(upper &* self.width &+ second) &* self.channels &+ channel], across)
            let below = unsafe self.between(
                source[(lower &* self.width &+ first) &* self.channels &+ channel],
                source[(lower &* self.width &+ second) &* self.channels &+ channel], across)
            unsafe pixel[channel] = self.between(above, below, down)
        }
    }

    @inline(__always)
    private func between(_ first: Float, _ second: Float, _ share: Float) -> Float { first + share * (second - first) }
}
