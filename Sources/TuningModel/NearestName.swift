/// Finds the name somebody may have meant.
package enum NearestName {
    /// Longer names are never compared, and no more candidates than these, so that a hostile file cannot make the
    /// search slow.
    private static let longest = 96
    private static let mostCandidates = 1000

    /// What other tuners and libraries call what has another name here; of several the first that may stand there.
    private static let synonyms = [
        "act": ["activation"], "algorithm": ["searcher"], "batch": ["batch_size"], "bn": ["batch_norm"],
        "bs": ["batch_size"], "channels": ["filters"], "clipnorm": ["clip_norm"], "dataset": ["data"],
        "dropout_rate": ["dropout"], "eps": ["epsilon"], "eta0": ["learning_rate"], "grace_period": ["min"],
        "grad_clip": ["clip_norm"], "hidden_size": ["units"], "kernel_initializer": ["initializer"],
        "kernel_size": ["kernel"], "lr": ["learning_rate"], "max_epochs": ["max", "epochs"], "max_resource": ["max"],
        "max_t": ["max"], "max_trials": ["trials"], "min_resource": ["min"], "n_trials": ["trials"],
        "neurons": ["units"], "num_samples": ["trials"], "optim": ["optimizer"], "patience": ["early_stopping"],
        "pruner": ["scheduler"], "reduction_factor": ["eta"], "sampler": ["searcher"], "solver": ["optimizer"],
        "timeout": ["wall_time"], "wd": ["weight_decay"],
    ]

    /// The candidate that a name means elsewhere, else the one with the smallest distance to it, ties to the earlier one.
    ///
    /// - Returns: `nil` unless another tuner or library calls a candidate so, or the distance is at most a third of the
    ///   longer one's length; 1 is allowed where a letter stays.
    /// - Complexity: O(candidates * length^2).
    package static func of(_ name: String, among candidates: [String]) -> String? {
        if let meaning = self.synonyms[name.lowercased()]?.first(where: candidates.contains) { return meaning }
        let wanted = Array(name.lowercased().utf8)
        guard !wanted.isEmpty, wanted.count <= self.longest else { return nil }
        var best: (candidate: String, distance: Int)?
        for candidate in candidates.prefix(self.mostCandidates) {
            let letters = Array(candidate.lowercased().utf8)
            guard letters.count <= self.longest else { continue }
            let bound = max(1, max(wanted.count, letters.count) / 3)
            guard abs(wanted.count - letters.count) <= bound else { continue }
            let distance = self.distance(wanted, letters)
            if distance <= bound, distance < max(wanted.count, letters.count), distance < best?.distance ?? Int.max {
                best = (candidate, distance)
            }
        }
        return best?.candidate
    }

    /// Insertions, deletions, replacements and exchanges of neighbours that turn one text into the other; no part is
    /// edited twice.
    ///
    /// Source: F. Damerau, "A technique for computer detection and correction of spelling errors", CACM 1964; the
    /// recurrence is the one known as optimal string alignment.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1] + [Int](repeating: 0, count: right.count)
            for j in right.indices {
                row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1)
                }
            }
            beforeLast = last
            last = row
        }
        return last[right.count]
    }
}
