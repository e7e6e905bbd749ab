import TuningModel

/// The evolutionary searchers of a study.
extension StudyBuilder {
    /// The settings of each evolutionary searcher beside its name.
    static let evolutionKeys: [(name: String, keys: [String])] = [
        (
            "genetic",
            ["population", "elite", "tournament", "crossover", "crossover_index", "mutation_index", "synchronous"]
        ),
        ("differential_evolution", ["population", "variant", "scale", "crossover", "synchronous"]),
        ("dehb", ["population", "scale", "crossover", "synchronous"]),
        ("cmaes", ["population", "sigma", "restarts", "synchronous"]),
        ("particle_swarm", ["population", "cognitive", "social", "synchronous"]),
        ("regularized_evolution", ["population", "sample"]),
        ("nsga2", ["population", "crossover", "crossover_index", "mutation_index", "synchronous"]),
    ]

    private static let largestPopulation = 100_000

    /// The settings of an evolutionary searcher; what is not given has its default.
    ///
    /// - Returns: `nil` after a mistake.
    mutating func evolution(_ name: String, _ section: Section) -> SearcherSettings? {
        let before = self.mistakes.count
        let searcher: SearcherSettings
        switch name {
        case "differential_evolution": searcher = .differentialEvolution(self.differentialEvolution(section))
        case "dehb": searcher = .dehb(self.dehb(section))
        case "cmaes": searcher = .cmaes(self.cmaes(section))
        case "nsga2": searcher = .nsga2(self.nsga2(section))
        case "particle_swarm": searcher = .particleSwarm(self.particleSwarm(section))
        case "regularized_evolution": searcher = .regularizedEvolution(self.regularizedEvolution(section))
        default: searcher = .genetic(self.genetic(section))
        }
        return self.mistakes.count == before ? searcher : nil
    }

    private mutating func genetic(_ section: Section) -> GeneticSettings {
        var settings = GeneticSettings()
        self.read("population", section, in: 2...Self.largestPopulation, into: &settings.population)
        self.read("elite", section, in: 0...settings.population, into: &settings.elite)
        self.read("tournament", section, in: 1...settings.population, into: &settings.tournament)
        self.read("crossover", section, in: 0...1, into: &settings.crossoverRate)
        self.read("crossover_index", section, in: 0...1000, into: &settings.crossoverIndex)
        self.read("mutation_index", section, in: 0...1000, into: &settings.mutationIndex)
        self.read("synchronous", section, into: &settings.isSynchronous)
        return settings
    }

    private mutating func differentialEvolution(_ section: Section) -> DifferentialEvolutionSettings {
        var settings = DifferentialEvolutionSettings()
        self.read("population", section, in: 4...Self.largestPopulation, into: &settings.population)
        self.read("scale", section, in: 0...2, into: &settings.scale)
        self.read("crossover", section, in: 0...1, into: &settings.crossoverRate)
        self.read("synchronous", section, into: &settings.isSynchronous)
        if let node = section["variant"] {
            let names = DifferentialVariant.allCases.map(\.rawValue)
            let name = self.name(node, path: "\(section.path).variant", among: names)
            settings.variant = name.flatMap(DifferentialVariant.init(rawValue:)) ?? settings.variant
        }
        return settings
    }

    private mutating func dehb(_ section: Section) -> DehbSettings {
        var settings = DehbSettings()
        self.read("population", section, in: 4...Self.largestPopulation, into: &settings.population)
        self.read("scale", section, in: 0...2, into: &settings.scale)
        self.read("crossover", section, in: 0...1, into: &settings.crossoverRate)
        self.read("synchronous", section, into: &settings.isSynchronous)
        return settings
    }

    private mutating func cmaes(_ section: Section) -> CmaesSettings {
        var settings = CmaesSettings()
        if section["population"] != nil {
            var population = 4
            self.read("population", section, in: 4...Self.largestPopulation, into: &population)
            settings.population = population
        }
        self.read("sigma", section, in: 0.001...1, into: &settings.sigma)
        self.read("restarts", section, into: &settings.restarts)
        self.read("synchronous", section, into: &settings.isSynchronous)
        return settings
    }

    private mutating func nsga2(_ section: Section) -> Nsga2Settings {
        var settings = Nsga2Settings()
        self.read("population", section, in: 2...Self.largestPopulation, into: &settings.population)
        self.read("crossover", section, in: 0...1, into: &settings.crossoverRate)
        self.read("crossover_index", section, in: 0...1000, into: &settings.crossoverIndex)
        self.read("mutation_index", section, in: 0...1000, into: &settings.mutationIndex)
        self.read("synchronous", section, into: &settings.isSynchronous)
        return settings
    }

    private mutating func particleSwarm(_ section: Section) -> ParticleSwarmSettings {
        var settings = ParticleSwarmSettings()
        self.read("population", section, in: 2...Self.largestPopulation, into: &settings.population)
        self.read("cognitive", section, in: 0...100, into: &settings.cognitive)
        self.read("social", section, in: 0...100, into: &settings.social)
        self.read("synchronous", section, into: &settings.isSynchronous)
        if settings.cognitive + settings.social <= 4 {
            self.report(
                section.place,
                "\(section.path): found cognitive + social = \(settings.cognitive + settings.social), "
                    + "want more than 4, such as 2.05 each")
        }
        return settings
    }

    private mutating func regularizedEvolution(_ section: Section) -> RegularizedEvolutionSettings {
        var settings = RegularizedEvolutionSettings()
        self.read("population", section, in: 1...Self.largestPopulation, into: &settings.population)
        settings.sample = min(settings.sample, settings.population)
        self.read("sample", section, in: 1...settings.population, into: &settings.sample)
        return settings
    }

    private mutating func read(_ key: String, _ section: Section, in range: ClosedRange<Int>, into value: inout Int) {
        guard let node = section[key] else { return }
        value = self.int(node, path: "\(section.path).\(key)", in: range) ?? value
    }

    private mutating func read(
        _ key: String, _ section: Section, in range: ClosedRange<Double>, into value: inout Double
    ) {
        guard let node = section[key] else { return }
        guard let number = node.value?.number, range.contains(number) else {
            self.report(
                node.place,
                "\(section.path).\(key): found \(node.found), want a number in [\(range.lowerBound), \(range.upperBound)]"
            )
            return
        }
        value = number
    }

    private mutating func read(_ key: String, _ section: Section, into value: inout Bool) {
        guard let node = section[key] else { return }
        value = self.bool(node, path: "\(section.path).\(key)") ?? value
    }
}
