import TuningModel

/// What a scheduler hands out, where that is not epochs: `search.scheduler.resource` and what it needs beside it.
///
///     {name: asha, resource: seconds, min: 10, max: 270, epochs: 200}
///     {name: asha, resource: repeats, min: 1, max: 9, epochs: 30}
struct ResourceSettings: Hashable, Sendable {
    var resource = Resource.epochs
    /// Epochs of one network at most; `nil` where the resource is epochs.
    var epochLimit: Int?
    /// Where the resource is named.
    var place = Place(line: 1, column: 1)
    /// Where its greatest amount stands.
    var maximumPlace = Place(line: 1, column: 1)
}

extension StudyBuilder {
    private static let largestEpochLimit = 1_000_000
    private static let mostNetworks = 100

    /// The resource of a scheduler; epochs where none is named.
    ///
    /// - Returns: `nil` where there is a mistake, which is reported.
    mutating func resource(_ section: Section, scheduler name: String) -> ResourceSettings? {
        let path = section.path
        guard let node = section["resource"] else { return self.checkForeignLimit(section, ResourceSettings()) }
        let isTable = self.recordedSteps != nil
        let names =
            isTable
            ? ["epochs", "epoch", "step", "steps", "seconds"]
            : ["epochs", "epoch", "seconds", "samples", "examples", "repeats", "folds"]
        let untold = isTable ? ["samples", "examples", "repeats", "folds"] : ["step", "steps"]
        if let text = node.text, untold.contains(text) || (text == "seconds" && isTable && !self.hasRecordedTime) {
            self.report(
                node.place,
                isTable
                    ? "\(path).resource: found \(text), of which the recorded curves tell nothing, want step"
                    : "\(path).resource: found \(text), of which only recorded curves have any, want epochs")
            return nil
        }
        guard let found = self.name(node, path: "\(path).resource", among: names) else { return nil }
        let resource = found == "examples" ? .samples : Resource(rawValue: found) ?? .epochs
        var settings = ResourceSettings(resource: resource, place: node.place)
        guard resource != .epochs else { return self.checkForeignLimit(section, settings) }
        guard Self.takesAnyResource(name) else {
            self.report(
                node.place,
                "\(path).resource: found \(found), want epochs, whose losses \(name) compares one by one")
            return nil
        }
        if let steps = self.recordedSteps {
            settings.epochLimit = steps
            guard let entry = section.entry("epochs") else { return settings }
            self.report(
                entry.place, "\(path): epochs means nothing to recorded curves, which have \(steps); leave it out")
            return nil
        }
        settings.maximumPlace = section.entry("max")?.value.place ?? node.place
        guard let limit = section["epochs"] else {
            self.report(
                section.place,
                "\(path).epochs is missing beside resource: \(found), want the most epochs of one network, such as epochs: 100"
            )
            return nil
        }
        settings.epochLimit = self.int(limit, path: "\(path).epochs", in: 1...Self.largestEpochLimit)
        return settings.epochLimit == nil ? nil : settings
    }

    /// `epochs` stands beside other resources alone.
    private mutating func checkForeignLimit(_ section: Section, _ settings: ResourceSettings) -> ResourceSettings? {
        guard let entry = section.entry("epochs") else { return settings }
        self.report(
            entry.place,
            "\(section.path): epochs, the most that a network may have, stands beside resource: seconds, samples, repeats or "
                + "folds alone, want max")
        return nil
    }

    /// The greatest and the least amount of a resource that is not epochs.
    ///
    /// - Returns: `nil` where there is a mistake, which is reported.
    mutating func amounts(of resource: Resource, _ section: Section, scheduler name: String) -> (Int, Int)? {
        let limit = 1...(resource.countsNetworks ? Self.mostNetworks : 1_000_000_000)
        let missing = { (key: String) in "\(section.path).\(key) is missing, want a number of \(resource.rawValue)" }
        // What one epoch costs is known to nobody yet, so that the first comparison has no default.
        let needsMinimum = !resource.countsNetworks && name != "none"
        if section["max"] == nil { self.report(section.place, missing("max")) }
        if needsMinimum, section["min"] == nil { self.report(section.place, missing("min")) }
        let maximum = section["max"].flatMap { self.int($0, path: "\(section.path).max", in: limit) }
        let minimum = section["min"].map { self.int($0, path: "\(section.path).min", in: limit) } ?? 1
        guard let maximum, let minimum, !needsMinimum || section["min"] != nil else { return nil }
        return (minimum, maximum)
    }

    /// Lets workers count what the resource needs, and train networks one after the other where those are counted.
    mutating func addResource(_ search: SearchSettings, data: DataSettings?) {
        let place = search.resource.place
        switch search.resource.resource {
        case .epochs, .seconds: break
        case .samples: self.ask(for: .trainSamples, at: place)
        case .repeats, .folds:
            guard let count = self.networkCount(search, data: data) else { return }
            if !self.settings.contains(where: { $0.name == "training.repeats" }) {
                self.settings.append(
                    DraftSetting(name: "training.repeats", place: place, value: .int(count), conditions: []))
            }
            self.settings.append(
                DraftSetting(
                    name: "training.network_epochs", place: place, value: search.resource.epochLimit.map { .int($0) },
                    conditions: []))
        }
    }

    /// How many repeats there are, as far as the study file must not say something else.
    private mutating func networkCount(_ search: SearchSettings, data: DataSettings?) -> Int? {
        let resource = search.resource.resource
        let path = "search.scheduler.resource"
        let repeats = self.settings.first { $0.name == "training.repeats" }
        let maximum = search.scheduler.maximumLevel
        guard case .fold(nil, let folds, _, _)? = data?.validation else {
            if data == nil { return nil }
            if resource == .folds {
                var found = "data.validation has none"
                if case .fold(let index?, _, _, _)? = data?.validation {
                    found = "data.validation takes fold \(index) alone"
                }
                self.report(
                    search.resource.place,
                    "\(path): found folds, but \(found); want repeats, or data.validation: {folds: 5}")
                return nil
            }
            if let repeats {
                self.report(
                    repeats.place,
                    "training.repeats: found beside resource: repeats, whose max says how many there are; leave it out")
                return nil
            }
            return maximum
        }
        guard resource == .folds else {
            self.report(
                search.resource.place,
                "\(path): found repeats, want folds, of which there are \(folds) for each repeat")
            return nil
        }
        guard let repeats else { return self.repeatCount(1, folds: folds, search) }
        guard case .int(let count)? = repeats.value, repeats.conditions.isEmpty else {
            self.report(repeats.place, "training.repeats: found a range, want one number beside resource: folds")
            return nil
        }
        return self.repeatCount(count, folds: folds, search)
    }

    private mutating func repeatCount(_ repeats: Int, folds: Int, _ search: SearchSettings) -> Int? {
        let maximum = search.scheduler.maximumLevel
        guard maximum <= repeats * folds else {
            self.report(
                search.resource.maximumPlace,
                "search.scheduler.max: found \(maximum), want at most \(repeats * folds): \(folds) folds, "
                    + "\(repeats == 1 ? "1 repeat" : "\(repeats) repeats")")
            return nil
        }
        return repeats
    }
}
