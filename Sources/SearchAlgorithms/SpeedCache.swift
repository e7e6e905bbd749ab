/// What a searcher keeps for speed alone: all caches are equal, because no suggestion depends on one.
struct SpeedCache<Content: Sendable>: Hashable, Sendable {
    var content: Content

    init(_ content: Content) { self.content = content }

    static func == (one: Self, other: Self) -> Bool { true }

    func hash(into hasher: inout Hasher) {}
}
