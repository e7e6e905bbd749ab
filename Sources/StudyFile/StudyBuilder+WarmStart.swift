import TuningModel

extension StudyBuilder {
    private static let mostEarlierStudies = 64

    /// `warm_start: {studies: [digits.winnow], try_best: 3, ignore: [training.l2]}`.
    mutating func warmStart(_ search: FileNode?, space: FinishedSpace?) -> WarmStartSettings? {
        let path = "search.warm_start"
        guard let node = search?.entries?.first(where: { $0.key == "warm_start" })?.value,
            let section = self.section(node, path: path, known: ["studies", "try_best", "ignore"]),
            let list = self.required("studies", in: section)
        else { return nil }
        let studies = self.texts(list, path: "\(path).studies")
        self.earlierStudyPlaces = list.items?.map(\.place) ?? []
        if let items = list.items, items.isEmpty || items.count > Self.mostEarlierStudies {
            self.report(
                list.place,
                "\(path).studies: found \(items.count), want the folders of 1 to \(Self.mostEarlierStudies) studies")
        }
        var settings = WarmStartSettings(studies: studies)
        if let node = section["try_best"] {
            settings.tryBest = self.int(node, path: "\(path).try_best", in: 0...1000) ?? settings.tryBest
        }
        settings.ignored = self.texts(section["ignore"], path: "\(path).ignore")
        if let space { self.checkIgnored(section["ignore"]?.items ?? [], space: space, path: "\(path).ignore") }
        return settings
    }

    /// A setting can be left out of account where it is plain here: the values of a searched one are what is learned from.
    private mutating func checkIgnored(_ items: [FileNode], space: FinishedSpace, path: String) {
        let plain = space.templates.compactMap { template in
            if case .fixed = template.source { template.name } else { nil }
        }
        for item in items {
            guard let name = item.text, !plain.contains(name) else { continue }
            if space.space.index(of: name) != nil {
                self.report(item.place, "\(path): \(FileNode.shown(name)) is searched, want a plain setting")
            } else {
                let guess = NearestName.of(name, among: plain).map { ", did you mean \($0)?" } ?? ","
                self.report(
                    item.place, "\(path): unknown setting \"\(FileNode.shown(name))\"\(guess) want a plain setting")
            }
        }
    }
}
