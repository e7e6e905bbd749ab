/// How training rows are changed at random before each step, so that a network sees more than there is.
///
/// All but mix-up is for images. Each row of each epoch has numbers of its own, which follow from the trial's seed, the epoch and the row alone. A row is
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
    /// Mix-up: the parameter alpha of the distribution Beta(alpha, alpha) that shares of rows are drawn from; 0: no mix-up.
    ///
    /// Each minibatch draws a share s and pairs its rows at random; a row with the features x and the partner x' becomes
    /// `s x + (1 - s) x'`, as do targets that are numbers or labels; of classes the loss is `s loss(c) + (1 - s) loss(c')`.
    ///
    /// Source: H. Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018, equation 2, with one share a minibatch
    /// as in section 2.
    package var mixUp = 0.0

    package init() {}

    /// Rows as they are.
    package static let none = AugmentationSettings()

    /// Whether rows must be images.
    package var changesImages: Bool { self.flip != 0 || self.crop != 1 || self.shift != 0 || self.cutout != 0 }
}
