import Testing
import TuningModel

@Suite("Reasons")
struct ReasonTests {
    @Test("a reason is written like a string, with numbers as people read them")
    func text() {
        let (rank, epochs, loss) = (2, 1, 0.123_456)
        let place: Reason = "rank \(rank) at \(epochs: epochs)"
        let reason: Reason = "\(place), promoted to \(epochs: 9); loss \(figure: loss), \(TrialID(4)) \("more")"
        #expect(reason.text == "rank 2 at 1 epoch, promoted to 9 epochs; loss 0.1235, 4 more")
        #expect("\(reason)" == reason.text && (place + "; so").text == "rank 2 at 1 epoch; so")
        #expect(Reason("").isEmpty && Reason("").text.isEmpty && !place.isEmpty)
    }

    @Test("words can be put before a reason, of which a copy stays as it was")
    func prepended() {
        let place: Reason = "rank \(2) of \(9) at \(epochs: 3)"
        var reason = place
        reason.prepend("the budget of 60 epochs is spent; ")
        reason.prepend("")
        #expect(reason.text == "the budget of 60 epochs is spent; rank 2 of 9 at 3 epochs")
        #expect(reason.counting(.folds).text == "the budget of 60 epochs is spent; rank 2 of 9 at 3 folds")
        #expect(place.text == "rank 2 of 9 at 3 epochs")
    }

    @Test("two reasons are equal where they read the same, whatever they were made of")
    func equality() {
        let made: Reason = "rank \(7) of \(9)"
        #expect(made == "rank 7 of 9" && made == Reason("rank 7 of 9") && made != "rank 7 of 8")
        #expect(Set([made, "rank 7 of 9", Reason("rank 7 of 9")]).count == 1)
    }

    @Test(
        "four digits are shown",
        arguments: [
            (0, "0"), (-0.5, "-0.5"), (0.000_123_456, "0.0001235"), (123_456, "123500"), (99_999, "100000"),
            (1e-12, "1e-12"), (1e20, "1e+20"), (Double.nan, "not finite"), (-Double.infinity, "not finite"),
        ])
    func figures(number: Double, text: String) { #expect(significantDigits(number) == text) }
}
