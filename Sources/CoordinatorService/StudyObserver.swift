package import CoordinatorCore

/// Whoever wants to see a study while it runs. Called on the coordinator's thread; must return soon.
package protocol StudyObserver: AnyObject {
    /// These records are durable. The state is the one after all of them.
    func committed(_ records: [JournalRecord], of study: StudyState)
    /// A few times a second.
    func progressed(_ snapshot: StudySnapshot)
    /// Nothing more will be told.
    func ended()
}
