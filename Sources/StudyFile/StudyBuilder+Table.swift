package import TuningModel

/// Why a table can't be searched, in words.
package struct TableLookupError: Error, Hashable, Sendable {
    package let message: String
    package init(_ message: String) { self.message = message }
}

/// Finds what a study file has to know of the table that it names: its own part reads no files.
package struct TableLookup {
    let find: (TableSettings) -> Result<TableHeader, TableLookupError>

    package init(_ find: @escaping (TableSettings) -> Result<TableHeader, TableLookupError>) { self.find = find }

    /// For studies that have no table.
    package static var none: TableLookup {
        TableLookup { _ in .failure(TableLookupError("tables of recorded curves can't be read here")) }
    }
}

extension StudyBuilder {
    /// A study on recorded curves: `table` stands in place of `data`, `task`, `model` and `training`.
    mutating func tableStudy(_ root: FileNode, lookup: TableLookup) -> StudyDefinition? {
        let known = ["version", "name", "table", "search", "budget", "seeds"]
        // A table has its target alone.
        let foreign = ["objectives", "constraints"]
        guard let section = self.section(root, path: "", known: known, refused: foreign) else { return nil }
        for entry in section.entries where foreign.contains(entry.key) {
            self.report(
                entry.place, "\(entry.key) mean nothing to a table of recorded curves, which has its target alone")
        }
        self.readVersion(section)
        let name = self.studyName(section)
        let table = self.required("table", in: section).flatMap { self.table($0, lookup: lookup) }
        guard let (settings, header) = table else { return nil }
        self.recordedSteps = header.stepCount
        self.hasRecordedTime = header.isTimed
        let search = self.search(section["search"])
        let place = section.entry("table")?.place ?? section.place
        let space = FinishedSpace(
            space: header.space, templates: [], places: header.space.parameters.map { _ in place })
        let tryFirst = self.tryFirst(section["search"], space: space)
        if let earlier = section["search"]?.entries?.first(where: { $0.key == "warm_start" }) {
            self.report(
                earlier.place, "search.warm_start: found a study on recorded curves, want one that trains networks")
        }
        let budget = self.budget(section["budget"])
        let seeds = self.seeds(section["seeds"])
        guard let name, let search else { return nil }
        if search.resource.resource == .epochs, search.scheduler.maximumLevel > header.stepCount {
            let scheduler = section["search"]?.entries?.first { $0.key == "scheduler" }?.value
            let maximum = scheduler?.entries?.first { $0.key == "max" }?.value
            self.report(
                (maximum ?? scheduler)?.place ?? place,
                "search.scheduler.max: found \(search.scheduler.maximumLevel), want at most \(header.stepCount), the "
                    + "steps that the table has recorded")
            return nil
        }
        var definition = StudyDefinition(
            name: name, subject: .table(settings), space: header.space, settings: [],
            objective: Objective(metric: .validationLoss, direction: .minimize), searcher: search.searcher,
            scheduler: search.scheduler, tryFirst: tryFirst, budget: budget, searchSeed: seeds.search,
            dataSeed: seeds.data)
        definition.resource = search.resource.resource
        definition.epochLimit = search.resource.epochLimit
        definition.auditShare = search.auditShare
        return definition
    }

    /// `table: {folder: ..., repeat: 0}`.
    private mutating func table(_ node: FileNode, lookup: TableLookup) -> (TableSettings, TableHeader)? {
        guard let section = self.section(node, path: "table", known: ["folder", "repeat"]),
            let folder = self.required("folder", in: section).flatMap({ self.text($0, path: "table.folder") })
        else { return nil }
        let first = section["repeat"].map { self.int($0, path: "table.repeat", in: 0...1_000_000) } ?? 0
        guard let first else { return nil }
        let settings = TableSettings(folder: folder, repeatIndex: first)
        switch lookup.find(settings) {
        case .failure(let error):
            self.report(section["folder"]?.place ?? node.place, "table.folder: \(error.message)")
            return nil
        case .success(let header):
            guard first < header.repeatCount else {
                self.report(
                    section["repeat"]?.place ?? node.place,
                    "table.repeat: found \(first), want 0 to \(header.repeatCount - 1), the repeats that were recorded")
                return nil
            }
            return (settings, header)
        }
    }
}
