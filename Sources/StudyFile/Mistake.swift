package import TuningModel

/// A place in a text: line and column, both counted from 1, columns in Unicode scalars.
package struct Place: Hashable, Sendable, Comparable {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Something in a study file that cannot stand: where, what was found and what is wanted.
package struct Mistake: Hashable, Sendable, CustomStringConvertible {
    /// Counted from 1.
    package let line: Int
    /// Counted from 1, in Unicode scalars.
    package let column: Int
    package let message: String

    package init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    init(_ place: Place, _ message: String) {
        self.init(line: place.line, column: place.column, message: message)
    }

    package var description: String { "\(self.line):\(self.column): \(self.message)" }
}

/// What came of reading a study file.
package struct StudyReading: Hashable, Sendable {
    /// `nil` exactly when there are mistakes.
    package let study: StudyDefinition?
    /// All of them, in the order of the file.
    package let mistakes: [Mistake]
    /// What is missing for a search though the file is good for training one configuration: something to search,
    /// a budget. `run`, `coordinator` and `check` treat these as mistakes, `train` does not.
    package let searchMistakes: [Mistake]
    /// Where the folders of earlier studies stand that `search.warm_start` names, in their order: whoever reads them tells
    /// what is wrong with them.
    package let earlierStudyPlaces: [Place]
}
