/// How an mlp takes columns of categories: as they are, a number for each category, or through tables of vectors that are
/// learnt.
///
/// Source: C. Guo, F. Berkhahn, "Entity embeddings of categorical variables", arXiv:1604.06737, 2016, section 3.
package struct EmbeddingSettings: Hashable, Sendable {
    /// What the width of a column's vectors follows.
    package enum Rule: String, Hashable, Sendable, CaseIterable {
        /// ``EmbeddingSettings/units`` for each column.
        case fixed
        /// `round(1.6 n^0.56)` for a column of n categories, at most ``EmbeddingSettings/units``.
        ///
        /// Source: the rule of thumb `emb_sz_rule` of J. Howard, S. Gugger, "fastai: a layered API for deep learning",
        /// Information 11(2), 2020, whose largest width is 600.
        case cardinality
    }

    /// Width of a category's vector, or the largest one; 0: there are no vectors.
    package var units = 0
    package var rule = Rule.fixed

    package init() {}

    package init(units: Int, rule: Rule = .fixed) {
        self.units = units
        self.rule = rule
    }

    /// A number for each category.
    package static let none = EmbeddingSettings()

    /// Width of the vectors of a column with so many categories, at least 1.
    package func width(categories: Int) -> Int {
        switch self.rule {
        case .fixed: return max(1, self.units)
        case .cardinality:
            let power = LogarithmicScale.exponential(0.56 * LogarithmicScale.logarithm(Double(max(1, categories))))
            return max(1, min(self.units, Int((1.6 * power).rounded())))
        }
    }
}
