import Testing
import TuningModel

@Suite("Constraints and the shape of data")
struct ConstraintTests {
    @Test(
        "a violation is the distance to the bound over its magnitude, and the most for what is no number",
        arguments: [
            (0.95, 0.0), (0.9, 0.0), (0.45, 0.5), (1.2, 0.0), (1.8, 0.5), (-.infinity, 1e6), (.nan, 1e6),
        ] as [(Double, Double)])
    func violation(value: Double, wanted: Double) {
        let constraint = Constraint(metric: .validationAccuracy, atLeast: 0.9, atMost: 1.2)
        #expect(abs(constraint.violation(of: value) - wanted) < 1e-12)
        #expect(constraint.violation(of: nil) == 1e6)
    }

    @Test("a bound of 0 is measured in the metric's own unit, and violations add up")
    func sum() {
        let constraints = [
            Constraint(metric: .validationGap, atMost: 0), Constraint(metric: .validationAccuracy, atLeast: 0.5),
        ]
        #expect(
            constraints.violation(of: [MetricValue(.validationGap, 0.25), MetricValue(.validationAccuracy, 0.25)])
                == 0.75)
        #expect(constraints.violation(of: [MetricValue(.validationGap, -1), MetricValue(.validationAccuracy, 1)]) == 0)
        #expect(constraints.violation(of: []) == 1e6)
        #expect([Constraint]().violation(of: []) == 0)
    }

    @Test("are told with their bounds")
    func text() {
        #expect("\(Constraint(metric: .modelParameters, atMost: 50_000))" == "model.parameters <= 50000")
        #expect("\(Constraint(metric: .validationAccuracy, atLeast: 0.9))" == "validation.accuracy >= 0.9")
        #expect(
            "\(Constraint(metric: .validationGap, atLeast: 0, atMost: 0.5))" == "0.0 <= validation.gap <= 0.5")
    }

    @Test(
        "a shape is read as it is written",
        arguments: [
            (DataShape(task: .classification(classes: 10), features: [28, 28, 1]), "classification 10; 28 28 1; "),
            (
                DataShape(task: .regression(outputs: 1), features: [7], categories: [0..<3, 3..<7]),
                "regression 1; 7; 0-3 3-7"
            ),
            (DataShape(task: .multiLabel(labels: 4), features: [5, 2]), "multi_label 4; 5 2; "),
        ])
    func shape(shape: DataShape, text: String) {
        #expect(shape.text == text)
        #expect(DataShape(text: text) == shape)
    }

    @Test(
        "another text is no shape",
        arguments: [
            "", "classification; 1; ", "classification 0; 1; ", "ranking 2; 1; ", "regression 1; ; ",
            "regression 1; 0; ",
            "regression 1; 1 2 3 4; ", "regression 1; x; ", "regression 1; 99999999999; ", "regression 1; 3; 2-1",
            "regression 1; 3; 2", "regression 1; 3; ; ", "regression -1; 3; ",
        ])
    func noShape(text: String) {
        #expect(DataShape(text: text) == nil)
    }
}
