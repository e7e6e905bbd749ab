/// The row before, of a file whose rows are the steps of sequences.
struct SequenceStep {
    /// Numbered as they come; -1 before the first.
    var series: Int32 = -1
    /// Which step of its sequence it is, from 0 on.
    var number = 0
    var time: SequenceTime?
    /// What the file has for the time.
    var timeText: [UInt8] = []
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
        var step = SequenceStep(series: self.group, label: self.label, values: values)
        if let time = steps.time { try self.takeTime(of: &step, column: time, line: line) }
        guard step.series >= former.series else {
            throw self.mistake(
                in: steps.series, line: line,
                "\(self.seriesName) stands here again after another one, want its rows one after another")
        }
        if step.series == former.series {
            step.number = former.number + 1
            if let column = steps.time, let time = step.time, let formerTime = former.time {
                guard let ascends = formerTime.isBefore(time) else {
                    throw self.mistake(
                        in: column, line: line,
                        "found \(shown(step.timeText)) after \(shown(former.timeText)) in \(self.seriesName), want numbers "
                            + "alone or dates alone")
                }
                guard ascends else {
                    throw self.mistake(
                        in: column, line: line,
                        "found \(shown(step.timeText)) after \(shown(former.timeText)) in \(self.seriesName), want a time "
                            + "that ascends")
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

    /// Reads the time of a step.
    private func takeTime(of step: inout SequenceStep, column: String, line: Int) throws(DataFileError) {
        step.timeText = self.time
        step.time = SequenceTime(self.time)
        guard step.time == nil else { return }
        let found = self.time.isEmpty ? "an empty cell" : shown(self.time)
        let wanted =
            SequenceTime.isLikeDate(self.time)
            ? ", which is no date of the calendar or no time of the day; correct the cell or drop the row"
            : ", want numbers, or dates that begin with the year and have two digits for all that follows, such as "
                + "2021-03-27 or 2021-03-27 09:00"
        throw self.mistake(in: column, line: line, "found \(found) in \(self.seriesName)\(wanted)")
    }
}
