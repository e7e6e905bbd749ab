/// The row before, of a file whose rows are the steps of sequences.
struct SequenceStep {
    /// Numbered as they come; -1 before the first.
    var series: Int32 = -1
    /// Which step of its sequence it is, from 0 on.
    var number = 0
    var time: [UInt8] = []
    var label: Int32 = 0
    var values: ArraySlice<Float> = []
}

extension CSVReader {
    /// Takes a row as the next step of its sequence.
    ///
    /// - Parameters:
    ///   - values: Its targets that are no classes.
    ///   - steps: The columns.
    ///   - line: Where the row begins.
    /// - Throws: ``DataFileError`` where the rows of a sequence do not follow each other, its time does not ascend, its
    ///   target differs from that of the step before, or it has more steps than may be.
    mutating func follow(_ values: ArraySlice<Float>, _ steps: CSVPlan.Steps, line: Int) throws(DataFileError) {
        let former = self.lastStep
        var step = SequenceStep(series: self.group, time: self.time, label: self.label, values: values)
        guard step.series >= former.series else {
            throw self.mistake(
                in: steps.series, line: line,
                "\(self.seriesName) stands here again after another one, want its rows one after another")
        }
        if step.series == former.series {
            step.number = former.number + 1
            if let time = steps.time {
                guard let ascends = Self.ascends(former.time, step.time) else {
                    let wrong = Self.isTime(step.time) ? former.time : step.time
                    throw self.mistake(
                        in: time, line: line,
                        "found \(shown(wrong)) in \(self.seriesName), want numbers, or dates that begin with the year and have "
                            + "two digits for all that follows, such as 2021-03-27 or 2021-03-27 09:00")
                }
                guard ascends else {
                    throw self.mistake(
                        in: time, line: line,
                        "found \(shown(step.time)) after \(shown(former.time)) in \(self.seriesName), want a time that "
                            + "ascends")
                }
            }
            guard step.label == former.label, step.values == former.values else {
                throw DataFileError(
                    file: self.file, line: line,
                    "the target differs from that of the row before in \(self.seriesName), want one target for a whole "
                        + "series")
            }
        }
        if let most = steps.most, step.number >= most {
            throw DataFileError(
                file: self.file, line: line,
                "more than \(most) rows in \(self.seriesName), the most of the training file; cut the series")
        }
        self.lastStep = step
    }

    private var seriesName: String { "the series \"\(shown(self.groupTable.labels[Int(self.group)]))\"" }

    private func mistake(in column: String, line: Int, _ message: String) -> DataFileError {
        let place = self.plan.columnNames.firstIndex(of: column) ?? 0
        return DataFileError(
            file: self.file, line: line, column: place + 1, "\(self.name(place)): \(message)")
    }

    /// Two numbers by their values, two dates by their bytes; `nil` for anything else.
    private static func ascends(_ left: [UInt8], _ right: [UInt8]) -> Bool? {
        if let left = self.number(left), let right = self.number(right) { return left < right }
        guard self.isDate(left), self.isDate(right) else { return nil }
        return left.lexicographicallyPrecedes(right)
    }

    private static func number(_ text: [UInt8]) -> Double? { Double(String(decoding: text, as: UTF8.self)) }

    private static func isTime(_ text: [UInt8]) -> Bool { self.number(text) != nil || self.isDate(text) }

    /// Whether a text begins with a year of four digits, and has two digits for month, day and all that follows up to
    /// fractions of a second: the bytes of such texts ascend as the times do.
    private static func isDate(_ text: [UInt8]) -> Bool {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard text.count >= 10, isDigit(text[0]) else { return false }
        let point = text[10...].firstIndex(of: 0x2E) ?? text.count
        let groups = text[..<point].split { !isDigit($0) }
        return groups.count >= 3 && groups[0].count == 4 && groups.dropFirst().allSatisfy { $0.count == 2 }
    }
}
