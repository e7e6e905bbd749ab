/// When a step of a sequence was, as far as its order wants it.
enum SequenceTime: Hashable {
    case number(Double)
    /// A date with or without a time of day, as the file has it: the bytes of such texts ascend as the times do.
    case date([UInt8])

    /// A finite number, or a date of the Gregorian calendar.
    init?(_ text: [UInt8]) {
        if let number = Double(String(decoding: text, as: UTF8.self)) {
            guard number.isFinite else { return nil }
            self = .number(number)
        } else if let groups = Self.groups(text), Self.exists(groups) {
            self = .date(text)
        } else {
            return nil
        }
    }

    /// Whether a text is written as a date is, one that exists or not.
    static func isLikeDate(_ text: [UInt8]) -> Bool { self.groups(text) != nil }

    /// Two numbers by their values, two dates by their bytes; `nil` for one of each.
    func isBefore(_ other: Self) -> Bool? {
        switch (self, other) {
        case (.number(let left), .number(let right)): left < right
        case (.date(let left), .date(let right)): left.lexicographicallyPrecedes(right)
        case (.number, .date), (.date, .number): nil
        }
    }

    /// Year, month, day and all that follows up to fractions of a second; `nil` for what does not begin with a year of four
    /// digits and have two digits for each of the others, without which bytes do not ascend as times do.
    private static func groups(_ text: [UInt8]) -> [Int]? {
        func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
        guard text.count >= 10, isDigit(text[0]) else { return nil }
        let point = text[10...].firstIndex(of: 0x2E) ?? text.count
        let groups = text[..<point].split { !isDigit($0) }
        guard groups.count >= 3, groups[0].count == 4, groups.dropFirst().allSatisfy({ $0.count == 2 }) else {
            return nil
        }
        return groups.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    }

    /// Whether there is such a day and such a time of it; 24:00 is the end of a day, and a minute may have a leap second.
    ///
    /// Groups behind the seconds, those of a time zone, are taken for what they are.
    private static func exists(_ groups: [Int]) -> Bool {
        let (year, month, day) = (groups[0], groups[1], groups[2])
        guard (1...12).contains(month), (1...self.days(of: month, in: year)).contains(day) else { return false }
        let (hour, rest) = (groups.dropFirst(3).first ?? 0, groups.dropFirst(4).prefix(2))
        guard hour < 24 || hour == 24 && rest.allSatisfy({ $0 == 0 }) else { return false }
        return (rest.first ?? 0) < 60 && (rest.dropFirst().first ?? 0) <= 60
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && year % 100 != 0 || year % 400 == 0 ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
