/// How far the validation loss lay above the training loss in the last epochs, and whether that grows: what tells
/// overfitting.
///
/// With the gaps `g_0 ... g_{n-1}` of the last `n` epochs, oldest first, at most ``window``, the trend is the slope of the
/// line through them by least squares, `Σ (i - (n-1)/2) g_i / Σ (i - (n-1)/2)²`, in loss an epoch; 0 for one epoch alone.
/// Sums in `Double`, oldest first. What is not finite goes through.
struct GapHistory: Hashable {
    /// Epochs that the trend looks back on, the present one among them.
    static let window = 5

    /// The last gaps, oldest first: those that the next epoch's trend needs.
    private(set) var gaps: [Double] = []

    init() {}

    /// The history as it was stored; only the last gaps count.
    init(gaps: some Sequence<Double>) { self.gaps = Array(gaps.suffix(Self.window - 1)) }

    /// Takes an epoch's gap.
    ///
    /// - Returns: The trend, this epoch included.
    mutating func tell(_ gap: Double) -> Double {
        let all = self.gaps + [gap]
        self.gaps = Array(all.suffix(Self.window - 1))
        let middle = Double(all.count - 1) / 2
        var product = 0.0
        var square = 0.0
        for (index, gap) in all.enumerated() {
            let place = Double(index) - middle
            product += place * gap
            square += place * place
        }
        return square == 0 ? 0 : product / square
    }
}
