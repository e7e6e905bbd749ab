package import ModelFiles
package import TrainingData

extension LoadedDataset {
    /// What a network's user must know of its data: the names and figures of features, classes and targets.
    ///
    /// A network takes `(x - mean) / deviation` of each feature, in this order; a regression's outputs are
    /// standardised targets.
    package var texts: [StoredText] {
        let features = self.standardization.features
        var texts = [
            StoredText("data.features", self.featureNames.joined(separator: ",")),
            StoredText("data.feature_means", features.map { "\($0.mean)" }.joined(separator: ",")),
            StoredText("data.feature_deviations", features.map { "\($0.deviation)" }.joined(separator: ",")),
        ]
        if !self.classNames.isEmpty {
            texts.append(StoredText("data.classes", self.classNames.joined(separator: ",")))
        }
        let targets = self.standardization.targets
        if !targets.isEmpty {
            texts.append(StoredText("data.target_means", targets.map { "\($0.mean)" }.joined(separator: ",")))
            texts.append(
                StoredText("data.target_deviations", targets.map { "\($0.deviation)" }.joined(separator: ",")))
        }
        return texts
    }
}
