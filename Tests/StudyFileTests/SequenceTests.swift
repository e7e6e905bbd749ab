import StudyFile
import Testing
import TuningModel

@Suite("Sequences in a study file")
struct SequenceTests {
    private static func text(
        _ train: String, task: String = "classification", validation: String = "{holdout: 0.2}"
    ) -> String {
        """
        version: 1
        name: sequences
        data:
          train: {format: csv, file: a.csv, \(train)}
          validation: \(validation)
          test: {file: b.csv}
        task: \(task)
        model: {family: {choice: {gru: {layers: [{units: 8}]}}}}
        """
    }

    @Test("a series column makes sequences, with a time and without; other files have the same columns")
    func reading() throws {
        let reading = StudyReader.read(
            text: Self.text("target: y, series: id, time: t, categorical: [c], ignore: [note]"))
        let study = try #require(reading.study, "\(reading.mistakes)")
        let source = SequenceSource(
            file: "a.csv", targets: ["y"], categorical: ["c"], ignore: ["note"], series: "id", time: "t")
        #expect(study.data?.train == .sequences(source))
        #expect(study.data?.test == .source(.sequences(source.of(file: "b.csv"))))
        let several = StudyReader.read(text: Self.text("target: [y, z], series: id", task: "regression"))
        #expect(
            several.study?.data?.train
                == .sequences(SequenceSource(file: "a.csv", targets: ["y", "z"], series: "id")))
    }

    @Test(
        "mistakes are told",
        arguments: [
            (Self.text("target: y, time: t"), "4:10: data.train.series is missing"),
            (
                Self.text("target: y, series: y"),
                "4:56: data.train.series: y is the target too, want it in one place"
            ),
            (
                Self.text("target: y, series: id, time: id"),
                "4:66: data.train.time: id is the series too, want it in one place"
            ),
            (
                Self.text("target: y, series: id, ignore: [t], time: t"),
                "4:79: data.train.time: t is ignored too, want it in one place"
            ),
            (
                Self.text("target: y, series: id, window: 3"),
                "4:60: data.train.window: means something to task: forecasting alone"
            ),
            (
                Self.text("target: y, series: id, missing: mean"),
                "4:60: data.train.missing: found mean for series, want refuse; fill the gaps of a series in its file"
            ),
            (
                Self.text("target: y, series: id", validation: "{holdout: 0.2, group: id}"),
                "5:37: data.validation.group: a series is one row and stays whole, want no group"
            ),
        ])
    func mistakes(text: String, message: String) {
        #expect(StudyReader.read(text: text).mistakes.map(\.description) == [message])
    }

    @Test("the file of a forecast is one series")
    func forecasting() {
        let text = Self.text("target: y, window: 3, series: id", task: "forecasting", validation: "{last: 0.2}")
            .replacing("{file: b.csv}", with: "{last: 0.2}")
        #expect(
            StudyReader.read(text: text).mistakes.map(\.description) == [
                "4:59: data.train.series: means nothing to task: forecasting, whose file is one series"
            ])
    }
}
