/// How training images are changed at random before each step, so that a network sees more than there is.
///
/// Each row of each epoch has numbers of its own, which follow from the trial's seed, the epoch and the row alone. A row is
/// mirrored first, then a window of it is scaled to the whole, then moved, then a square is cut out. What is moved in or cut
/// out becomes 0, the mean of its channel, since features are standardised.
package struct AugmentationSettings: Hashable, Sendable {
    /// Probability that left and right are swapped.
    package var flip = 0.0
    /// The smallest share of each side that is kept when a window is cropped; 1 keeps the whole image.
    package var crop = 1.0
    /// Pixels at most by which an image is moved up or down, and left or right.
    package var shift = 0
    /// Side of the square that is cut out, in pixels; its centre lies anywhere in the image.
    package var cutout = 0

    package init() {}

    /// Images as they are.
    package static let none = AugmentationSettings()
}
