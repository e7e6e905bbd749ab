import Testing
import TrainingData
import TuningModel

@Suite("Standardisation")
struct StandardizationTests {
    @Test("mean and deviation come from the named rows alone")
    func figures() {
        let values: [Float] = [1, 5, 100, 7, 3, 5, 900, 9]
        let scales = Standardization.scales(values, shape: [2], rows: [0, 2])
        #expect(scales == [ColumnScale(mean: 2, deviation: 1), ColumnScale(mean: 5, deviation: 0)])
        #expect(scales[0].apply(100) == 98)
        #expect(scales[1].apply(100) == 0)
    }

    @Test("a constant column has deviation 0 even where sums round")
    func constant() {
        let scales = Standardization.scales(
            [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1], shape: [1], rows: [0, 1, 2, 3, 4, 5, 6])
        #expect(scales == [ColumnScale(mean: Double(Float(0.1)), deviation: 0)])
    }

    @Test("large numbers do not overflow, and values far outside are bounded")
    func extremes() {
        let large = Float.greatestFiniteMagnitude
        let scale = Standardization.scales([large, -large], shape: [1], rows: [0, 1])[0]
        #expect(scale.mean == 0)
        #expect(scale.apply(large) == 1)
        let narrow = ColumnScale(mean: 0, deviation: 1e-30)
        #expect(narrow.apply(1) == Float(ColumnScale.bound))
        #expect(narrow.apply(-1) == -Float(ColumnScale.bound))
    }
}
