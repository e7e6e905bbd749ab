extension ParameterSpace {
    /// The configuration at a point of the unit cube: the i-th coordinate decides parameter i.
    ///
    /// Coordinates of inactive parameters are not asked for, and their values are `nil`. How a coordinate becomes a
    /// value is told at ``ParameterDomain/value(at:)``.
    ///
    /// - Parameter unit: The coordinate, in [0, 1), of a parameter by its index.
    /// - Returns: A value for each parameter whose conditions hold.
    /// - Precondition: Conditions name parameters of this space.
    /// - Complexity: O(parameters + conditions).
    package func configuration(unit: (Int) -> Double) -> Configuration {
        var values: [ParameterValue?] = Array(repeating: nil, count: self.count)
        for i in self.parameters.indices
        where self.parameters[i].conditions.isEmpty || self.holds(self.parameters[i].conditions, in: values) {
            values[i] = self.parameters[i].domain.value(at: unit(i))
        }
        return Configuration(values)
    }
}
