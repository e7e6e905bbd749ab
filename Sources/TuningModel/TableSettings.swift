/// The section `table` of a study file: recorded learning curves in place of networks to train.
package struct TableSettings: Hashable, Sendable {
    /// As written, relative to the study file.
    package let folder: String
    /// Which of the recorded seeds, from 0.
    package let repeatIndex: Int

    package init(folder: String, repeatIndex: Int) {
        self.folder = folder
        self.repeatIndex = repeatIndex
    }
}

/// What a study file has to know of a table: its space and how far its curves go.
package struct TableHeader: Hashable, Sendable {
    package let space: ParameterSpace
    /// The largest resource: how many recorded steps come after the initial state.
    package let stepCount: Int
    package let repeatCount: Int
    /// Whether the time of each step was recorded.
    package let isTimed: Bool

    package init(space: ParameterSpace, stepCount: Int, repeatCount: Int, isTimed: Bool = false) {
        self.space = space
        self.stepCount = stepCount
        self.repeatCount = repeatCount
        self.isTimed = isTimed
    }
}

/// What a study is about.
package enum StudySubject: Hashable, Sendable {
    /// Networks that are trained on data.
    case networks(data: DataSettings, task: TaskKind)
    /// Curves that were recorded before.
    case table(TableSettings)
}
