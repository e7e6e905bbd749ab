import CoordinatorCore
import Foundation
import StudyAnalysis
import TuningModel

/// An analysis as lines for people and for programs.
struct AnalysisLines {
    struct Line {
        let text: String
        /// `nil` for headings.
        let json: JSONLine?
    }

    let study: StudyState
    let table: RungTable
    /// How many parameters and pairs are told.
    let count: Int

    private func name(_ parameter: Int) -> String { self.table.space.parameters[parameter].name }

    private static func padded(_ text: String, _ width: Int) -> String {
        text.count >= width ? text : text + String(repeating: " ", count: width - text.count)
    }

    private static func missing(_ what: String, _ text: String) -> Line {
        Line(text: text, json: JSONLine(event: "missing").adding("what", .text(what)).adding("message", .text(text)))
    }

    /// The importance of parameters at each rung that has trials enough.
    func importance() -> [Line] {
        let least = ImportanceReport.Settings().leastTrials
        var lines: [Line] = []
        var most = 0
        for level in self.table.levels.indices {
            most = max(most, self.table.trials(at: level).count)
            guard let report = ImportanceReport(self.table, level: level, seed: self.study.definition.searchSeed)
            else { continue }
            lines.append(
                Line(
                    text:
                        "importance at \(report.resource.place(report.level)), \(report.trials) trials: share of the loss's variance "
                        + "(fANOVA, +- over trees), of being in the best tenth (PED-ANOVA), trials where active",
                    json: nil))
            lines += report.entries.prefix(self.count).map { self.line($0, report) }
            lines += report.pairs.filter { $0.share.mean >= 0.01 }.prefix(self.count).map { self.line($0, report) }
        }
        guard lines.isEmpty else { return lines }
        return [
            Self.missing(
                "importance",
                "importance: the fullest rung has \(most) trials, want at least \(least) with losses that are not all "
                    + "infinite")
        ]
    }

    private func line(_ entry: ImportanceReport.Entry, _ report: ImportanceReport) -> Line {
        let main = entry.main.map { "\(Figures.percent($0.mean)) +- \(Figures.percent($0.spread))" } ?? "-"
        var json = JSONLine(event: "importance").adding(report.resource.levelName, .int(report.level))
            .adding("trials", .int(report.trials)).adding("parameter", .text(self.name(entry.parameter)))
        json.add("active", .int(entry.trials))
        json.add("fanova", entry.main.map { .double($0.mean) } ?? .null)
        json.add("fanova_spread", entry.main.map { .double($0.spread) } ?? .null)
        json.add("ped_anova", .double(entry.top))
        return Line(
            text: "  \(Self.padded(self.name(entry.parameter), 44))  \(Self.padded(main, 16))  "
                + "\(Self.padded(Figures.percent(entry.top), 6))  \(entry.trials)", json: json)
    }

    private func line(_ pair: ImportanceReport.Pair, _ report: ImportanceReport) -> Line {
        let name = "\(self.name(pair.first)) x \(self.name(pair.second))"
        return Line(
            text: "  \(Self.padded(name, 44))  \(Figures.percent(pair.share.mean)) +- "
                + Figures.percent(pair.share.spread),
            json: JSONLine(event: "interaction").adding(report.resource.levelName, .int(report.level))
                .adding("first", .text(self.name(pair.first))).adding("second", .text(self.name(pair.second)))
                .adding("fanova", .double(pair.share.mean)).adding("fanova_spread", .double(pair.share.spread)))
    }

    /// What the ranks at lower rungs say of those at higher ones.
    func agreement(eta: Int) -> [Line] {
        let agreements = self.table.agreements(eta: eta)
        guard !agreements.isEmpty else {
            return [
                Self.missing(
                    "ranks",
                    "ranks: no trial has losses at two rungs, want a scheduler with rungs and trials that reach two of them"
                )
            ]
        }
        let heading = Line(
            text:
                "ranks of trials that have losses at both rungs (where trials are promoted, the best of the lower one)",
            json: nil)
        return [heading]
            + agreements.map { agreement in
                let interval = agreement.survival.interval
                var text = "  \(agreement.low) to \(agreement.high): \(agreement.sentence)"
                if agreement.verdict != .unknown {
                    text += "; \(agreement.trials) trials, Spearman \(Self.text(agreement.spearman)), "
                    text += "Kendall \(Self.text(agreement.kendall)), of the best \(agreement.survival.total) "
                    text += "\(agreement.survival.count) were among as many"
                }
                return Line(
                    text: text,
                    json: JSONLine(event: "ranks").adding("low", .int(agreement.low)).adding(
                        "high", .int(agreement.high)
                    )
                    .adding("trials", .int(agreement.trials)).adding("spearman", Self.value(agreement.spearman))
                    .adding("kendall", Self.value(agreement.kendall))
                    .adding("survived", .int(agreement.survival.count))
                    .adding("best", .int(agreement.survival.total))
                    .adding("survival_interval", .array([.double(interval.low), .double(interval.high)]))
                    .adding("message", .text(agreement.sentence)))
            }
    }

    private static func text(_ correlation: RankCorrelation?) -> String {
        guard let correlation else { return "-" }
        guard let low = correlation.low, let high = correlation.high else {
            return String(format: "%.2f", correlation.coefficient)
        }
        return String(format: "%.2f [%.2f, %.2f]", correlation.coefficient, low, high)
    }

    private static func value(_ correlation: RankCorrelation?) -> JSONLine.Value {
        guard let correlation else { return .null }
        return .object([
            ("value", .double(correlation.coefficient)), ("low", correlation.low.map { .double($0) } ?? .null),
            ("high", correlation.high.map { .double($0) } ?? .null),
        ])
    }

    /// The trials at the highest rung that any has reached which no other beats in the objective and some more metrics.
    func front(_ metrics: [Metric]) -> [Line] {
        guard !metrics.isEmpty else { return [] }
        let objective = self.study.definition.objective
        let objectives =
            [objective]
            + metrics.filter { $0 != objective.metric }.map {
                Objective(metric: $0, direction: $0.isBetterWhenLower ? .minimize : .maximize)
            }
        guard let level = self.table.trials.compactMap({ $0.top?.level }).max() else {
            return [Self.missing("front", "front: no trial has reached a rung")]
        }
        let trials = self.table.trials.filter { $0.losses[level]?.isFinite == true }
            .compactMap { self.study.record(of: $0.id) }
        let points = trials.map { trial in objectives.map { $0.loss(of: trial.metrics) } }
        let front = ParetoFront.indices(points)
        let names = objectives.map(\.metric.rawValue).joined(separator: ", ")
        guard !front.isEmpty else {
            return [
                Self.missing(
                    "front",
                    "front: no trial at \(self.table.resource.place(self.table.levels[level])) has all of \(names)")
            ]
        }
        let worst = objectives.indices.map { index in
            points.map { $0[index] }.filter(\.isFinite).max() ?? 0
        }
        let volume = Hypervolume.volume(front.map { points[$0] }, reference: worst)
        let heading = Line(
            text:
                "front of \(names): \(front.count) of \(trials.count) trials at \(self.table.resource.place(self.table.levels[level])); "
                + "hypervolume \(Figures.short(volume)) up to the worst of each",
            json: JSONLine(event: "front").adding(self.table.resource.levelName, .int(self.table.levels[level]))
                .adding("trials", .int(trials.count)).adding("on_front", .int(front.count))
                .adding("hypervolume", .double(volume)))
        let order = front.sorted { (points[$0][0], $0) < (points[$1][0], $1) }
        return [heading]
            + order.map { index in
                let values = objectives.compactMap { objective in
                    trials[index].metrics[objective.metric].map { MetricValue(objective.metric, $0) }
                }
                let text = values.map { "\($0.metric.rawValue) \(Figures.short($0.value))" }.joined(separator: "  ")
                return Line(
                    text: "  trial \(trials[index].id)  \(text)  "
                        + Figures.text(self.study.searched(trials[index].configuration)),
                    json: JSONLine(event: "front_trial").adding("trial", .int(trials[index].id.rawValue)).adding(values)
                )
            }
    }

    /// The false stops among audited trials.
    func audit(eta: Int) -> [Line] {
        guard let audit = self.table.audit(eta: eta), let share = audit.falseStops.share else {
            return [
                Self.missing(
                    "audit",
                    "audit: no trial that was stopped has been trained to the end, so false stops are not known")
            ]
        }
        let interval = audit.falseStops.interval
        return [
            Line(
                text: "audit: of \(audit.falseStops.total) stopped trials that were trained to the end all the same, "
                    + "\(audit.falseStops.count) would have been in the best 1/\(audit.eta): "
                    + "\(Figures.percent(share)) [\(Figures.percent(interval.low)), \(Figures.percent(interval.high))]; "
                    + "\(audit.missedBest.count) better than all",
                json: JSONLine(event: "audit").adding("audited", .int(audit.falseStops.total))
                    .adding("false_stops", .int(audit.falseStops.count)).adding("rate", .double(share))
                    .adding("interval", .array([.double(interval.low), .double(interval.high)]))
                    .adding("missed_best", .int(audit.missedBest.count)).adding("eta", .int(audit.eta)))
        ]
    }
}
