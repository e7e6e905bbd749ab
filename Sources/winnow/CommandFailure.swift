import StudyFile

/// Why a command ends without having done its work: what to say, and the exit code that scripts rely on.
struct CommandFailure: Error, CustomStringConvertible {
    /// The exit codes of every command.
    enum Code: Int32 {
        case failed = 1
        /// Wrong use, a wrong study file or wrong data.
        case wrongInput = 2
        case budgetWithoutCompleteTrial = 3
        /// Another process has the study's folder.
        case inUse = 75
        case interrupted = 130
    }

    let code: Code
    /// One line, or several for several mistakes.
    let message: String
    /// What is wrong with a study file, where that is why.
    let mistakes: [Mistake]

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
        self.mistakes = []
    }

    /// Everything that is wrong with a study file.
    init(_ mistakes: [Mistake], in path: String) {
        let lines = mistakes.map { "\(path):\($0.line):\($0.column): \($0.message)" }
        self.code = .wrongInput
        self.message = lines.joined(separator: "\n")
        self.mistakes = mistakes
    }

    var description: String { self.message }
}
