import Foundation
import NumericKernels
import Testing

/// What `nm` and `objdump` tell about the object files of the kernel targets.
///
/// A weak function that two object files define is taken from either, for the whole program. Were it compiled for an
/// instruction set that the processor lacks, the program would die wherever it is called.
@Suite("Object files of the kernels")
struct WeakSymbolTests {
    /// The object files of a target: in the nearest folder above this program that holds its build folder.
    static func objects(of target: String) -> [String] {
        var folders = [CommandLine.arguments[0], Bundle.main.bundlePath].map { URL(fileURLWithPath: $0) }
        for _ in 0..<6 {
            for folder in folders {
                let build = folder.appendingPathComponent("\(target).build").path
                let names = (try? FileManager.default.contentsOfDirectory(atPath: build)) ?? []
                let found = names.filter { $0.hasSuffix(".o") }.sorted()
                if !found.isEmpty { return found.map { "\(build)/\($0)" } }
            }
            folders = folders.map { $0.deletingLastPathComponent() }
        }
        return []
    }

    /// The lines a program of the binutils prints.
    static func lines(_ arguments: [String]) throws -> [Substring] {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(arguments[0]) failed; install binutils")
        return String(decoding: output, as: UTF8.self).split(separator: "\n")
    }

    /// The weak functions of an object file that another object file might define too: those whose name does not hold
    /// the module's own.
    static func sharedFunctions(_ object: String, of target: String) throws -> [String] {
        try Self.lines(["nm", object]).filter { $0.contains(" W ") && !$0.contains(target) }
            .compactMap { $0.split(separator: " ").last.map(String.init) }
    }

    /// Copies and empty functions for the tables of a type that debug builds emit for every type, tested or not, and the
    /// call that makes such a table for a generic type.
    static func isTypeSupport(_ name: String) -> Bool {
        name.hasPrefix("__swift_memcpy") || name == "__swift_noop_void_return"
            || name == "__swift_instantiateGenericMetadata"
    }

    @Test("no code of one instruction set can be linked in for another's or for the program's")
    func hasNoSharedCode() throws {
        for set in InstructionSet.compiled {
            let target = "Kernels\(set.rawValue.uppercased())"
            let objects = Self.objects(of: target)
            try #require(!objects.isEmpty, "no object files of \(target) found above \(CommandLine.arguments[0])")
            var support: Set<String> = []
            for object in objects {
                let shared = try Self.sharedFunctions(object, of: target)
                #expect(shared.filter { !Self.isTypeSupport($0) } == [], "weak code in \(object)")
                // One file of each is enough: their code depends on their name and the target alone.
                for name in shared where support.insert(name).inserted {
                    let code = try Self.lines(["objdump", "-d", "--no-show-raw-insn", "--disassemble=\(name)", object])
                    #expect(code.contains { $0.contains("ret") }, "\(name) was not found in \(object)")
                    #expect(!code.contains { Self.needsAVX512($0) }, "\(name) in \(object) needs AVX-512")
                }
            }
        }
    }

    /// Whether a line of disassembly names what only AVX-512 has: its registers or its masks.
    static func needsAVX512(_ line: Substring) -> Bool {
        line.contains("%zmm") || line.contains("{%k") || line.contains(/%[xy]mm(1[6-9]|2[0-9]|3[01])/)
    }
}
