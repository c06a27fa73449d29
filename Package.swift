// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target of this package is compiled with.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let client = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(
  name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let lifecycle = Target.Dependency.product(
  name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let toml = Target.Dependency.product(name: "TOMLKit", package: "TOMLKit")

// The target graph is the architecture: an arrow that is not here cannot be imported.
let package = Package(
  name: "fsync",
  products: [
    .executable(name: "fsync", targets: ["FsyncTool"]),
    .library(name: "FsyncRepo", targets: ["FsyncRepo"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
  ],
  targets: [
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
    .systemLibrary(
      name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
    .target(name: "CFsync"),

    .target(
      name: "FsyncCore", dependencies: [crypto, "CXXHash", "CZlib", "CZstd"],
      swiftSettings: strict),
    .target(name: "FsyncWire", dependencies: ["FsyncCore"], swiftSettings: strict),
    .target(name: "FsyncSystem", dependencies: ["CFsync"], swiftSettings: strict),
    .target(name: "FsyncStore", dependencies: ["FsyncCore", "FsyncSystem"], swiftSettings: strict),
    .target(name: "FsyncTree", dependencies: ["FsyncCore", "FsyncSystem"], swiftSettings: strict),
    .target(
      name: "FsyncRepo",
      dependencies: ["FsyncCore", "FsyncSystem", "FsyncStore", "FsyncTree", "FsyncWire", toml],
      swiftSettings: strict),
    .target(
      name: "FsyncNet", dependencies: ["FsyncWire", "FsyncSystem", subprocess, systemPackage],
      swiftSettings: strict),
    .target(
      name: "FsyncHub",
      dependencies: ["FsyncCore", "FsyncSystem", "FsyncRepo", "FsyncNet", crypto],
      swiftSettings: strict),
    .target(
      name: "FsyncArchive", dependencies: ["FsyncCore", "FsyncSystem", "CArchive"],
      swiftSettings: strict),
    .target(
      name: "FsyncWeb",
      dependencies: ["FsyncCore", "FsyncSystem", "FsyncRepo", "FsyncHub", "FsyncArchive"],
      swiftSettings: strict),
    .target(
      name: "FsyncWords", dependencies: ["FsyncCore", "FsyncSystem", "FsyncRepo", "FsyncHub"],
      swiftSettings: strict),
    .executableTarget(
      name: "FsyncTool",
      dependencies: [
        "FsyncCore", "FsyncSystem", "FsyncWire", "FsyncRepo", "FsyncNet", "FsyncHub", "FsyncWords",
        argumentParser, logging,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "FsyncBench",
      dependencies: ["FsyncCore", "FsyncSystem", "FsyncTree", "TestSupport"],
      swiftSettings: strict),

    .target(
      name: "TestSupport", dependencies: ["FsyncCore", "FsyncSystem", "FsyncWire"],
      path: "Tests/TestSupport", swiftSettings: strict),
    .executableTarget(
      name: "HistoryGenerator",
      dependencies: ["FsyncCore", "FsyncSystem", "FsyncStore", "FsyncRepo", "TestSupport"],
      path: "Tests/HistoryGenerator", swiftSettings: strict),
    .executableTarget(
      name: "FsyncFuzz",
      dependencies: [
        "FsyncCore", "FsyncSystem", "FsyncWire", "FsyncStore", "FsyncTree", "FsyncRepo", "FsyncNet",
        "TestSupport",
      ],
      path: "Tests/Fuzz", exclude: ["Corpus"], swiftSettings: strict),
    .testTarget(
      name: "FsyncCoreTests", dependencies: ["FsyncCore", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FsyncTreeTests", dependencies: ["FsyncTree", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FsyncRepoTests",
      dependencies: [
        "FsyncRepo", "FsyncNet", "FsyncWire", "FsyncStore", "HistoryGenerator", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "FsyncStoreTests",
      dependencies: ["FsyncStore", "FsyncCore", "FsyncSystem", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FsyncHubTests", dependencies: ["FsyncHub", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "FsyncWebTests",
      dependencies: ["FsyncWeb", "FsyncArchive", "FsyncHub", "FsyncRepo", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FsyncNetTests", dependencies: ["FsyncNet", "FsyncWire", "FsyncSystem", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "FsyncWireTests", dependencies: ["FsyncWire", "FsyncCore", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "ManualTests", dependencies: ["FsyncRepo", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "EndToEndTests",
      dependencies: [
        "FsyncTool", "FsyncCore", "FsyncSystem", "FsyncWords", "TestSupport", argumentParser,
      ],
      swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)

// What speaks HTTP are programs of their own: linked into every command, it would double what each
// takes to start. Where they are built already, as for tests of what was built for release, they
// and all that they bring along can be left out.
if Context.environment["FSYNC_WITHOUT_HTTP"] == nil {
  package.products += [
    .executable(name: "fsync-http", targets: ["FsyncHTTP"]),
    .executable(name: "fsync-hub", targets: ["FsyncHubServer"]),
  ]
  package.dependencies += [
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(
      url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ]
  package.targets += [
    .executableTarget(
      name: "FsyncHTTP",
      dependencies: [
        "FsyncSystem", "FsyncWire", "FsyncNet", client, nioCore, nioHTTP1, nioPosix, nioSSL,
        subprocess, systemPackage,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "FsyncHubServer",
      dependencies: [
        "FsyncSystem", "FsyncWire", "FsyncRepo", "FsyncNet", "FsyncHub", "FsyncWeb", "FsyncWords",
        argumentParser, hummingbird, hummingbirdCore, hummingbirdTLS, lifecycle, unixSignals,
        logging, httpTypes, nioCore, nioPosix, nioSSL,
      ],
      swiftSettings: strict),
  ]
}
