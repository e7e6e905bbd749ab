// swift-tools-version: 6.2
import PackageDescription

/// The flags of every Swift target: language mode 6, warnings as errors, and each unsafe call marked as such.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
]

/// Numeric code is optimised in debug builds too, so that tests train real networks in seconds.
let optimised: [SwiftSetting] = strict + [.unsafeFlags(["-O", "-wmo", "-num-threads", "1"])]

/// The kernel sources are compiled once for each instruction set: `Sources/KernelsAVX2` and its siblings
/// are symbolic links to `Sources/KernelSource`, and only these targets get an architecture flag.
func kernels(_ name: String, architecture: String, _ extra: [SwiftSetting] = []) -> Target {
    .target(
        name: name, dependencies: ["CProcessor", "KernelInterface"], path: "Sources/\(name)",
        swiftSettings: strict + extra + [
            .unsafeFlags(["-O", "-wmo", "-num-threads", "1", "-Xcc", "-march=\(architecture)"])
        ])
}

#if arch(arm64)
    let kernelTargets = [kernels("KernelsNEON", architecture: "armv8-a")]
#else
    let kernelTargets = [
        kernels("KernelsAVX2", architecture: "x86-64-v3"),
        kernels("KernelsAVX512", architecture: "x86-64-v4", [.define("AVX512")]),
    ]
#endif

/// The tests of a target lie in `Tests/<target>Tests`.
func tests(_ name: String, _ others: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.target(name: name)] + others, exclude: exclude, swiftSettings: strict)
}

let package = Package(
    name: "winnow",
    products: [.executable(name: "winnow", targets: ["winnow"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: kernelTargets + [
        // Pure: no clock, file, socket, task or global random generator.
        .target(name: "Randomness", swiftSettings: optimised),
        .target(name: "TuningModel", dependencies: ["Randomness"], swiftSettings: strict),
        .target(name: "TrainingData", dependencies: ["Randomness", "TuningModel"], swiftSettings: optimised),
        .target(name: "KernelInterface", swiftSettings: optimised),
        .target(
            name: "NumericKernels",
            dependencies: ["CProcessor", "KernelInterface"] + kernelTargets.map { .target(name: $0.name) },
            swiftSettings: optimised),
        .target(
            name: "TrainingCore",
            dependencies: ["NumericKernels", "KernelInterface", "Randomness", "TrainingData", "TuningModel"],
            swiftSettings: optimised),
        .target(
            name: "SearchAlgorithms", dependencies: ["KernelInterface", "NumericKernels", "Randomness", "TuningModel"],
            swiftSettings: optimised),
        .target(
            name: "CoordinatorCore", dependencies: ["Randomness", "SearchAlgorithms", "TuningModel"],
            swiftSettings: strict),
        .target(
            name: "StudyAnalysis", dependencies: ["CoordinatorCore", "Randomness", "SearchAlgorithms", "TuningModel"],
            swiftSettings: optimised),
        .target(
            name: "StudySimulation",
            dependencies: ["CoordinatorCore", "Randomness", "SearchAlgorithms", "TuningModel"],
            swiftSettings: optimised),
        .target(name: "WorkerCore", dependencies: ["Randomness", "TuningModel"], swiftSettings: strict),
        .target(
            name: "WireCodec",
            dependencies: [
                "TuningModel", "CoordinatorCore", "SearchAlgorithms",
                .product(name: "SwiftProtobuf", package: "swift-protobuf"),
            ],
            swiftSettings: strict),

        // Shell: thin layers over files, sockets and processes.
        .target(name: "CProcessor"),
        .target(name: "CDigits"),
        .target(name: "CLinux"),
        .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
        .systemLibrary(name: "CImages", providers: [.apt(["libpng-dev", "libturbojpeg0-dev"])]),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Messaging", dependencies: ["CZeroMQ"], swiftSettings: strict),
        .target(
            name: "FileStore", dependencies: ["TuningModel", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict),
        .target(
            name: "StudyJournal",
            dependencies: [
                "CoordinatorCore", "TuningModel", "WireCodec", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: strict),
        .target(
            name: "DatasetFiles",
            dependencies: ["CDigits", "CImages", "CLinux", "CZlib", "TrainingData", "TuningModel"],
            swiftSettings: optimised),
        .target(name: "TableFiles", dependencies: ["StudySimulation", "TuningModel"], swiftSettings: strict),
        .target(name: "ModelFiles", dependencies: ["TuningModel"], swiftSettings: strict),
        .target(
            name: "StudyFile", dependencies: ["TuningModel", .product(name: "Yams", package: "Yams")],
            swiftSettings: strict),
        .target(
            name: "CoordinatorService",
            dependencies: [
                "CoordinatorCore", "FileStore", "Messaging", "ModelFiles", "NumericKernels", "StudyJournal",
                "TrainingCore",
                "TrainingData", "TuningModel", "WireCodec",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(
            name: "WorkerService",
            dependencies: [
                "CLinux", "FileStore", "Messaging", "NumericKernels", "Randomness", "TrainingCore", "TrainingData",
                "TuningModel", "WireCodec", "WorkerCore",
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .target(name: "CEmbeddedFiles", exclude: ["digits.csv.gz", "digits.yaml"]),
        .executableTarget(
            name: "winnow",
            dependencies: [
                "CEmbeddedFiles", "CLinux", "CoordinatorCore", "CoordinatorService", "DatasetFiles", "FileStore",
                "Messaging",
                "ModelFiles", "NumericKernels", "SearchAlgorithms", "StudyAnalysis", "StudyFile", "StudyJournal",
                "StudySimulation", "TableFiles", "TrainingCore", "TrainingData", "TuningModel", "WireCodec",
                "WorkerService",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),

        tests("Randomness"),
        tests("TuningModel", ["Randomness"]),
        tests("TrainingData", ["Randomness", "TuningModel"]),
        tests("NumericKernels", ["CProcessor", "KernelInterface", "Randomness"], exclude: ["Vectors"]),
        tests(
            "TrainingCore",
            [
                "CAllocations", "CEmbeddedFiles", "DatasetFiles", "KernelInterface", "NumericKernels", "Randomness",
                "TrainingData", "TuningModel",
            ],
            exclude: ["Vectors"]),
        .target(name: "CAllocations", path: "Tests/CAllocations"),
        tests(
            "SearchAlgorithms", ["KernelInterface", "NumericKernels", "Randomness", "TuningModel"], exclude: ["Vectors"]
        ),
        tests("CoordinatorCore", ["Randomness", "SearchAlgorithms", "TuningModel"]),
        tests("StudySimulation", ["CoordinatorCore", "Randomness", "SearchAlgorithms", "TuningModel"]),
        tests("TableFiles", ["StudySimulation", "TuningModel"]),
        tests(
            "StudyAnalysis", ["CoordinatorCore", "Randomness", "SearchAlgorithms", "TuningModel"], exclude: ["Vectors"]),
        tests("WorkerCore", ["Randomness", "TuningModel"]),
        tests("WireCodec", ["CoordinatorCore", "Randomness", "SearchAlgorithms", "TuningModel"]),
        tests("Messaging", ["CZeroMQ"]),
        tests("FileStore", ["TuningModel"]),
        tests(
            "StudyJournal",
            ["CoordinatorCore", "FileStore", "TuningModel", .product(name: "GRDB", package: "GRDB.swift")]),
        tests("DatasetFiles", ["CEmbeddedFiles", "CImages", "CZlib", "Randomness", "TrainingData", "TuningModel"]),
        tests("ModelFiles", ["TuningModel"]),
        tests("StudyFile", ["CEmbeddedFiles", "Randomness", "TuningModel"]),
        tests(
            "WorkerService",
            [
                "FileStore", "Messaging", "NumericKernels", "Randomness", "TrainingCore", "TrainingData", "TuningModel",
                "WireCodec", "WorkerCore", "winnow", .product(name: "Logging", package: "swift-log"),
            ]),
        tests(
            "CoordinatorService",
            [
                "CoordinatorCore", "FileStore", "Messaging", "StudyJournal", "TrainingData", "TuningModel", "WireCodec",
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Logging", package: "swift-log"),
            ]),
        tests("winnow", ["TuningModel"]),
    ]
)
