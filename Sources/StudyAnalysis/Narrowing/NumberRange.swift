import TuningModel

/// A float or int range in its own scale: 0 stands for its lower bound, 1 for its upper one, 2 for as far again.
struct NumberRange {
    let low: Double
    let high: Double
    let alternative: ParameterValue?
    private let isLogarithmic: Bool
    private let isWhole: Bool
    let step: Double?
    private let rule: SettingRule?
    private let name: String

    init(_ range: FloatRange, name: String) {
        self.low = range.low
        self.high = range.high
        self.alternative = range.alternative.map { .float($0) }
        self.isLogarithmic = range.isLogarithmic
        self.isWhole = false
        self.step = range.step
        self.rule = SettingRule.rule(for: name)
        self.name = name
    }

    init(_ range: IntRange, name: String) {
        self.low = Double(range.low)
        self.high = Double(range.high)
        self.alternative = range.alternative.map { .int($0) }
        self.isLogarithmic = range.isLogarithmic
        self.isWhole = true
        self.step = range.step > 1 ? Double(range.step) : nil
        self.rule = SettingRule.rule(for: name)
        self.name = name
    }

    /// The place of a number between the bounds.
    func share(of number: Double) -> Double {
        guard self.low < self.high else { return 0.5 }
        if self.isLogarithmic {
            let bottom = LogarithmicScale.logarithm(self.low)
            return (LogarithmicScale.logarithm(number) - bottom) / (LogarithmicScale.logarithm(self.high) - bottom)
        }
        return (number / 2 - self.low / 2) / (self.high / 2 - self.low / 2)
    }

    /// The share of even draws that lies in the outermost tenth at one end: more than a tenth where values are few.
    func evenShare(isLow: Bool) -> Double {
        guard self.isWhole || self.step != nil, self.low < self.high else { return 0.1 }
        guard self.isLogarithmic else {
            let count = ((self.high - self.low) / (self.step ?? 1) + 1e-9).rounded(.down)
            return ((0.1 * count).rounded(.down) + 1) / (count + 1)
        }
        let bottom = LogarithmicScale.logarithm(self.low - 0.5)
        let top = LogarithmicScale.logarithm(self.high + 0.5)
        if isLow {
            let last = self.number(at: 0.1).rounded(.down) + 0.5
            return (LogarithmicScale.logarithm(last) - bottom) / (top - bottom)
        }
        let first = self.number(at: 0.9).rounded(.up) - 0.5
        return (top - LogarithmicScale.logarithm(first)) / (top - bottom)
    }

    private func number(at share: Double) -> Double {
        if share == 0 { return self.low }
        if share == 1 { return self.high }
        if self.isLogarithmic {
            let bottom = LogarithmicScale.logarithm(self.low)
            let top = LogarithmicScale.logarithm(self.high)
            return LogarithmicScale.exponential(bottom + share * (top - bottom))
        }
        return self.low * (1 - share) + self.high * share
    }

    /// A bound of the next range: rounded outwards to two digits, to a whole number or to a step, and back to the old
    /// bound where the setting does not allow so much or the special value would lie inside.
    ///
    /// - Returns: `nil` where there is no such number.
    func bound(_ share: Double, isLow: Bool, _ keepsAlternative: Bool) -> Double? {
        let old = isLow ? self.low : self.high
        let rounded = self.rounded(self.number(at: share), isLow: isLow)
        guard rounded.isFinite else { return old }
        let isBeyond = isLow ? rounded < old : rounded > old
        guard share < 0 || share > 1 else { return isBeyond ? old : rounded }
        guard isBeyond else { return old }
        let allowed = self.nearestAllowed(rounded, old)
        if keepsAlternative, let special = self.alternative?.number,
            isLow ? special >= allowed && special <= old : special <= allowed && special >= old
        {
            return old
        }
        return allowed
    }

    /// The number itself, or the outermost one that the setting allows beyond the old bound.
    private func nearestAllowed(_ number: Double, _ old: Double) -> Double {
        guard let rule = self.rule else { return old }
        let isAllowed = { (number: Double) in
            (!self.isWhole || abs(number) < 0x1p53)
                && (!self.isLogarithmic || number >= (self.isWhole ? 1 : .leastNormalMagnitude))
                && (try? rule.accept(self.value(number), for: self.name)) != nil
        }
        if isAllowed(number) { return number }
        let edge: Double?
        switch rule.kind {
        case .float(let low, let high, _, _): edge = number < old ? low : high
        case .int(let low, let high): edge = number < old ? Double(low) : Double(high)
        case .bool, .name: edge = nil
        }
        guard let edge, self.step == nil else { return old }
        // Half of the way towards a bound that is itself not allowed.
        for candidate in [edge, old + (edge - old) / 2] where isAllowed(candidate) {
            return self.isWhole ? candidate.rounded(.towardZero) : candidate
        }
        return old
    }

    private func rounded(_ number: Double, isLow: Bool) -> Double {
        let direction: FloatingPointRoundingRule = isLow ? .down : .up
        if let step = self.step {
            let steps = ((number - self.low) / step).rounded(direction)
            let value = self.low + steps * step
            return isLow ? value : min(value, max(self.high, number))
        }
        if self.isWhole { return number.rounded(direction) }
        guard number != 0, number.isFinite else { return number }
        // A power of ten that leaves two digits before the point, by exact products and quotients of tens.
        var scale = 1.0
        var size = abs(number)
        while size >= 100, scale < 1e300 {
            size /= 10
            scale *= 10
        }
        var inverse = 1.0
        while size < 10, inverse < 1e300 {
            size *= 10
            inverse *= 10
        }
        let digits = (number / scale * inverse).rounded(direction)
        return digits * scale / inverse
    }

    /// A number as a value of the parameter.
    func value(_ number: Double) -> ParameterValue {
        guard self.isWhole, abs(number) < 0x1p53 else { return .float(number) }
        return .int(Int(number))
    }

    /// The number at a place, to three digits.
    func shown(_ share: Double) -> String {
        let number = self.number(at: share)
        if self.isWhole, abs(number) < 0x1p53 { return "\(Int(number.rounded()))" }
        guard number != 0, number.isFinite else { return "\(number)" }
        var scale = 1.0
        while abs(number) * scale < 100, scale < 1e15 { scale *= 10 }
        return "\((number * scale).rounded() / scale)"
    }
}
