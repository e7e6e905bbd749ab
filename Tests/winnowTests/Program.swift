import Foundation
import Testing

/// The built program as a child process, read line by line.
///
/// Whoever waits for it waits on a thread of its own: the tests' own threads are few, and each that waited for a process
/// would hold up other tests.
final class Program: @unchecked Sendable {
    // A class: it owns a process and its pipes. Sendable by use: one test drives it, one step after the other.
    let process = Process()
    private let output = Pipe()
    private let errors: FileHandle
    private let errorFile: String
    private var buffer = Data()

    /// Where the program was built: beside the tests.
    static let path = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appendingPathComponent("winnow").path

    /// Starts the program; lines are read here unless its standard output goes elsewhere.
    init(
        _ arguments: [String], in directory: String, environment: [String: String] = [:], output: FileHandle? = nil,
        executable: String = Program.path
    ) throws {
        self.process.executableURL = URL(fileURLWithPath: executable)
        self.process.arguments = arguments
        self.process.currentDirectoryURL = URL(fileURLWithPath: directory)
        self.process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        self.process.standardInput = FileHandle.nullDevice
        self.errorFile = directory + "/stderr-\(UUID().uuidString)"
        try Data().write(to: URL(fileURLWithPath: self.errorFile))
        self.errors = try #require(FileHandle(forWritingAtPath: self.errorFile))
        self.process.standardError = self.errors
        if let output {
            self.process.standardOutput = output
            // Without a writer, what is read here ends at once.
            try self.output.fileHandleForWriting.close()
        } else {
            self.process.standardOutput = self.output
        }
        try self.process.run()
    }

    /// Starts the program with the signal of a closed terminal as it is by default, also where the tests themselves were
    /// told to outlive their terminal.
    static func inTerminal(_ arguments: [String], in directory: String) throws -> Program {
        try Program(["--default-signal=HUP", self.path] + arguments, in: directory, executable: "/usr/bin/env")
    }

    /// The next line of standard output; `nil` at its end.
    func nextLine() async -> String? {
        await Self.onThread { self.readLine() }
    }

    private func readLine() -> String? {
        while true {
            if let end = self.buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: self.buffer[self.buffer.startIndex..<end], as: UTF8.self)
                self.buffer.removeSubrange(self.buffer.startIndex...end)
                return line
            }
            let data = self.output.fileHandleForReading.availableData
            guard !data.isEmpty else { return nil }
            self.buffer.append(data)
        }
    }

    /// The next line of standard output that is a JSON object with this event; `nil` at the end of the output.
    func nextEvent(_ names: String...) async -> [String: Any]? {
        while let line = await self.nextLine() {
            guard let object = Self.object(line), let event = object["event"] as? String, names.contains(event) else {
                continue
            }
            return object
        }
        return nil
    }

    static func object(_ line: String) -> [String: Any]? {
        (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any]
    }

    func kill(_ signal: Int32) { Foundation.kill(self.process.processIdentifier, signal) }

    /// The processes that it has started itself and that still run.
    var children: [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { name in
            // After the command's name in parentheses come the state and the parent.
            guard let identifier = Int32(name),
                let status = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
                let fields = status.split(separator: ")").last?.split(separator: " "), fields.count > 1,
                fields[0] != "Z", Int32(fields[1]) == self.process.processIdentifier
            else { return nil }
            return identifier
        }
    }

    /// Reads the rest of the output and waits for the end.
    @discardableResult
    func finish() async -> (status: Int32, lines: [String], errors: String) {
        var lines: [String] = []
        while let line = await self.nextLine() { lines.append(line) }
        await Self.onThread { self.process.waitUntilExit() }
        let text = (try? String(contentsOfFile: self.errorFile, encoding: .utf8)) ?? ""
        return (self.process.terminationStatus, lines, text)
    }

    /// Runs the program to its end.
    static func run(
        _ arguments: [String], in directory: String, environment: [String: String] = [:], output: FileHandle? = nil
    ) async throws -> (status: Int32, lines: [String], errors: String) {
        try await Program(arguments, in: directory, environment: environment, output: output).finish()
    }

    /// Runs the program for somebody whom permissions of files hold back, as they do not root.
    static func runUnprivileged(
        _ arguments: [String], in directory: String
    ) async throws -> (status: Int32, lines: [String], errors: String) {
        guard getuid() == 0 else { return try await self.run(arguments, in: directory) }
        return try await Program(self.dropping + [Program.path] + arguments, in: directory, executable: self.setpriv)
            .finish()
    }

    /// Whether that can be done: root needs to be allowed to give up rights.
    static let canRunUnprivileged: Bool = {
        guard getuid() == 0 else { return true }
        let trial = Process()
        trial.executableURL = URL(fileURLWithPath: setpriv)
        trial.arguments = dropping + ["/bin/true"]
        trial.standardError = FileHandle.nullDevice
        guard (try? trial.run()) != nil else { return false }
        trial.waitUntilExit()
        return trial.terminationStatus == 0
    }()

    private static let setpriv = "/usr/bin/setpriv"
    private static let dropping = ["--bounding-set=-dac_override,-dac_read_search", "--"]

    private static func onThread<Answer: Sendable>(_ body: @escaping @Sendable () -> Answer) async -> Answer {
        await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: body()) }
            thread.start()
        }
    }
}

/// A folder that goes with its test.
final class Scratch {
    // A class: the folder is removed when its last user is gone.
    let path: String

    init() throws {
        self.path =
            FileManager.default.temporaryDirectory.appendingPathComponent("winnow-test-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: "\(self.path)/\(name)", atomically: true, encoding: .utf8)
        return "\(self.path)/\(name)"
    }

    /// Names in the folder but for those of captured error output.
    var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []).filter { !$0.hasPrefix("stderr-") }
            .sorted()
    }

    /// Three clouds of points in the plane with their class, enough for a study of milliseconds.
    func writeClouds(rows: Int = 600) throws {
        var text = "x,y,cloud\n"
        var state: UInt64 = 88_172_645_463_325_252
        func draw() -> Double {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Double(state >> 11) * 0x1p-53 - 0.5
        }
        for row in 0..<rows {
            let cloud = row % 3
            let x = Double(cloud) + 2 * draw()
            let y = Double(cloud == 1 ? 1 : 0) + 2 * draw()
            text += "\(x),\(y),\(cloud)\n"
        }
        try self.write("clouds.csv", text)
    }

    /// A regression on two columns of whole numbers, 240 rows: `rows.csv`.
    func writeProducts() throws {
        var text = "a,b,y\n"
        for row in 0..<240 {
            let (a, b) = (row * 7 % 23, row * 13 % 17)
            text += "\(a),\(b),\(a * b % 29 + 2 * a)\n"
        }
        try self.write("rows.csv", text)
    }

    /// Images of 6 x 6 pixels with a bright row, column or corner, and which of the three it is: `x.npy` and `y.npy`.
    func writeImages(rows: Int = 240) throws {
        var pixels: [Float] = []
        var classes: [Int64] = []
        var state: UInt64 = 1_442_695_040_888_963_407
        func draw() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) * 0x1p-24
        }
        for row in 0..<rows {
            let kind = row % 3
            let place = row / 3 % 6
            classes.append(Int64(kind))
            for pixel in 0..<36 {
                let (y, x) = (pixel / 6, pixel % 6)
                let isBright = kind == 0 ? y == place : kind == 1 ? x == place : abs(y - x) == place % 3
                pixels.append((isBright ? 1 : 0) + 0.3 * draw())
            }
        }
        try self.writeArray(
            "x.npy", type: "<f4", shape: "(\(rows), 6, 6, 1)",
            Self.bytes(pixels.map { UInt64($0.bitPattern) }, count: 4))
        try self.writeArray("y.npy", type: "<i8", shape: "(\(rows),)", Self.bytes(classes.map { UInt64($0) }, count: 8))
    }

    /// Numbers of so many bytes, least significant first.
    private static func bytes(_ numbers: [UInt64], count: UInt64) -> Data {
        Data(numbers.flatMap { number in (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } })
    }

    /// An array as NumPy writes it, version 1.
    private func writeArray(_ name: String, type: String, shape: String, _ bytes: Data) throws {
        var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
        header += String(repeating: " ", count: 63 - (10 + header.utf8.count) % 64) + "\n"
        var data = Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0])
        data += Data([UInt8(header.utf8.count & 255), UInt8(header.utf8.count >> 8)]) + Data(header.utf8) + bytes
        try data.write(to: URL(fileURLWithPath: "\(self.path)/\(name)"))
    }

    /// The texts in a file of weights, which begins with the length of its header, a JSON object.
    func metadata(of model: String) throws -> [String: String] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(self.path)/\(model)"))
        let length = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: Any]
        return try #require(header?["__metadata__"] as? [String: String])
    }

    /// A study of the clouds.
    @discardableResult
    func writeStudy(scheduler: String, trials: Int, name: String = "study.yaml") throws -> String {
        try self.write(
            name,
            """
            version: 1
            name: clouds
            data:
              train: {format: csv, file: clouds.csv, target: cloud}
              validation: {holdout: 0.25, stratify: true}
              test: {holdout: 0.25, stratify: true}
            task: classification
            model:
              family:
                choice:
                  mlp:
                    layers:
                      repeat: {int: [1, 2]}
                      each: {units: {int: [4, 32], log: true}, dropout: {float: [0.0, 0.3]}}
              activation: {choice: [relu, tanh]}
            training:
              optimizer:
                choice:
                  sgd: {momentum: {float: [0.0, 0.99]}, nesterov: true}
                  adam: {beta2: {float: [0.9, 0.999]}}
              learning_rate: {float: [1.0e-3, 0.3], log: true, default: 1.0e-2}
              batch_size: {ordinal: [8, 16, 32]}
            objectives: [{metric: validation.loss, direction: minimize}]
            search:
              searcher: {name: random}
              scheduler: \(scheduler)
            budget: {trials: \(trials)}
            seeds: {search: 3, data: 1}
            """)
    }
}
