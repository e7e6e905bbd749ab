/// Searchers and schedulers: `{name: asha, max: 81}`, or `asha` where nothing else is to be said.
extension FileNode {
    /// A bare name as the mapping that it stands for; any other node as it is.
    var method: FileNode {
        guard self.text != nil else { return self }
        return FileNode(place: self.place, content: .mapping([FileEntry(key: "name", place: self.place, value: self)]))
    }

    /// The name, written either way.
    var nameOfMethod: String? { self.method.entries?.first { $0.key == "name" }?.value.text }
}
