import TuningModel

/// One line of JSON with its members in the order in which they are added.
///
/// Numbers that are not finite are the strings "nan", "inf" and "-inf", since JSON has no word for them.
struct JSONLine {
    /// A JSON value, as far as the output of this program needs it.
    indirect enum Value {
        case text(String)
        case int(Int)
        case double(Double)
        case bool(Bool)
        case null
        case object([(String, Value)])
        case array([Value])
    }

    private var members: [(String, Value)] = []

    init() {}

    init(event: String) { self.members.append(("event", .text(event))) }

    mutating func add(_ name: String, _ value: Value) { self.members.append((name, value)) }

    /// This line with one more member.
    func adding(_ name: String, _ value: Value) -> JSONLine {
        var line = self
        line.add(name, value)
        return line
    }

    /// This line with metrics by their names.
    func adding(_ metrics: [MetricValue]) -> JSONLine {
        metrics.reduce(self) { $0.adding($1.metric.rawValue, .double($1.value)) }
    }

    var value: Value { .object(self.members) }

    /// The line without its end.
    var text: String {
        var text = ""
        Self.write(self.value, to: &text)
        return text
    }

    private static func write(_ value: Value, to text: inout String) {
        switch value {
        case .text(let string): self.write(string, to: &text)
        case .int(let number): text += "\(number)"
        case .double(let number): self.write(number, to: &text)
        case .bool(let bool): text += bool ? "true" : "false"
        case .null: text += "null"
        case .object(let members):
            text += "{"
            for (i, member) in members.enumerated() {
                if i > 0 { text += "," }
                self.write(member.0, to: &text)
                text += ":"
                self.write(member.1, to: &text)
            }
            text += "}"
        case .array(let values):
            text += "["
            for (i, value) in values.enumerated() {
                if i > 0 { text += "," }
                self.write(value, to: &text)
            }
            text += "]"
        }
    }

    /// The shortest digits that read back as the same number.
    private static func write(_ number: Double, to text: inout String) {
        if number.isNaN {
            text += "\"nan\""
        } else if number.isInfinite {
            text += number < 0 ? "\"-inf\"" : "\"inf\""
        } else {
            text += "\(number)"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONLine.Value {
    /// A parameter's value in its own JSON type.
    init(_ value: ParameterValue) {
        switch value {
        case .float(let number): self = .double(number)
        case .int(let number): self = .int(number)
        case .bool(let bool): self = .bool(bool)
        case .text(let text): self = .text(text)
        }
    }

    /// The active parameters of a configuration by their names.
    init(_ configuration: Configuration, in space: ParameterSpace) {
        self = .object(
            zip(space.parameters, configuration.values).compactMap { parameter, value in
                value.map { (parameter.name, JSONLine.Value($0)) }
            })
    }
}
