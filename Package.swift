// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

// The targets stand in the order of the data: order export → tickets → passes → signed bundle → a folder of passes.
let package = Package(
  name: "passmint",
  products: [
    .executable(name: "passmint", targets: ["passmint"]),
    .executable(name: "passmintd", targets: ["passmintd"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0"),
  ],
  targets: [
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibpng", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(name: "CLibzip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    // Debian ships no zint.pc; header and library lie where compilers look anyway.
    .systemLibrary(name: "CZint", providers: [.apt(["libzint-dev"])]),
    .target(name: "JSON", swiftSettings: settings),
    .target(name: "ZonedTime", swiftSettings: settings),
    .target(name: "Tickets", dependencies: ["JSON", "ZonedTime"], swiftSettings: settings),
    .target(name: "Secutix", dependencies: ["JSON", "Tickets", "Yams", "ZonedTime"], swiftSettings: settings),
    .target(name: "Liquid", dependencies: ["ZonedTime"], swiftSettings: settings),
    .target(
      name: "Passes", dependencies: ["JSON", "Liquid", "Tickets", "Yams", "ZonedTime"],
      resources: [.embedInCode("Passes.docc/PASS-RULES.md")], swiftSettings: settings),
    .target(
      name: "PassBundle", dependencies: ["CLibzip", "COpenSSL", "JSON", "Passes", "Tickets", "ZonedTime"],
      resources: [.embedInCode("PassBundle.docc/Findings.md")], swiftSettings: settings),
    .target(
      name: "BatchIssuance",
      dependencies: ["JSON", "Liquid", "PassBundle", "Passes", "Secutix", "Tickets", "ZonedTime"],
      swiftSettings: settings),
    .target(name: "ImageScaling", dependencies: ["CLibpng", "Passes"], swiftSettings: settings),
    .target(
      name: "PassPreview", dependencies: ["CZint", "JSON", "Liquid", "Passes", "Tickets", "ZonedTime"],
      resources: [.embedInCode("page.css"), .embedInCode("page.js")], swiftSettings: settings),
    .target(
      name: "SecutixClient",
      dependencies: [
        "JSON", "PassBundle", "ZonedTime",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOHTTPCompression", package: "swift-nio-extras"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
      ], swiftSettings: settings),
    .target(
      name: "Issuance",
      dependencies: [
        "JSON", "Liquid", "PassBundle", "Passes", "Secutix", "SecutixClient", "Tickets", "ZonedTime",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: settings),
    .target(
      name: "SQLiteStore",
      dependencies: ["Issuance", "Passes", "Secutix", "ZonedTime", .product(name: "GRDB", package: "GRDB.swift")],
      swiftSettings: settings),
    .target(
      name: "AppleWallet",
      dependencies: [
        "Issuance", "JSON", "PassBundle", "Passes", "ZonedTime",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHPACK", package: "swift-nio-http2"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
      ], swiftSettings: settings),
    .target(
      name: "Authorization",
      dependencies: [
        "JSON", "PassBundle",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], swiftSettings: settings),
    .target(
      name: "Webhooks",
      dependencies: [
        "Authorization", "Issuance", "PassBundle",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: settings),
    .target(
      name: "Server",
      dependencies: [
        "AppleWallet", "Authorization", "Issuance", "JSON", "PassBundle", "PassPreview", "Passes", "Secutix",
        "SecutixClient", "Tickets", "ZonedTime",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], resources: [.embedInCode("buyers-page.css"), .embedInCode("openapi.json")], swiftSettings: settings),
    .target(
      name: "Sandbox",
      dependencies: [
        "JSON", "PassBundle", "PassPreview", "Passes", "ZonedTime",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHPACK", package: "swift-nio-http2"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTP2", package: "swift-nio-http2"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
        .product(name: "NIOTLS", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "passmint",
      dependencies: [
        "BatchIssuance", "ImageScaling", "JSON", "PassBundle", "PassPreview", "Passes", "Secutix", "Tickets",
        "ZonedTime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "passmintd",
      dependencies: [
        "AppleWallet", "Authorization", "Issuance", "JSON", "Liquid", "PassBundle", "Passes", "SQLiteStore", "Sandbox",
        "Secutix", "SecutixClient", "Server", "Tickets", "Webhooks", "Yams", "ZonedTime",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Configuration", package: "swift-configuration"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "HummingbirdCore", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ], swiftSettings: settings),
    .executableTarget(
      name: "bench",
      dependencies: [
        "AppleWallet", "COpenSSL", "Issuance", "JSON", "PassBundle", "PassPreview", "Passes", "SQLiteStore", "Sandbox",
        "Secutix",
        "SecutixClient", "Tickets", "ZonedTime",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "GRDB", package: "GRDB.swift"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ],
      resources: [.embedInCode("plain.lua"), .embedInCode("webhook.lua")], swiftSettings: settings),
    .testTarget(name: "JSONTests", dependencies: ["JSON"], swiftSettings: settings),
    .testTarget(name: "ZonedTimeTests", dependencies: ["ZonedTime"], swiftSettings: settings),
    .testTarget(name: "TicketsTests", dependencies: ["Tickets", "ZonedTime"], swiftSettings: settings),
    .testTarget(
      name: "SecutixTests", dependencies: ["JSON", "Secutix", "Tickets", "ZonedTime"], swiftSettings: settings),
    .testTarget(
      name: "LiquidTests", dependencies: ["JSON", "Liquid", "ZonedTime"],
      exclude: ["cases.json", "judge.py", "requirements.txt"], swiftSettings: settings),
    .testTarget(
      name: "PassesTests", dependencies: ["JSON", "Liquid", "Passes", "Tickets", "ZonedTime"], exclude: ["Golden"],
      swiftSettings: settings),
    .testTarget(name: "PassRulesTests", dependencies: ["JSON", "Passes"], swiftSettings: settings),
    .testTarget(
      name: "SigningIdentityTests", dependencies: ["COpenSSL", "PassBundle", "Passes"], swiftSettings: settings),
    .testTarget(
      name: "SealingTests", dependencies: ["PassBundle", "Passes", "Tickets", "ZonedTime"], swiftSettings: settings),
    .testTarget(
      name: "BundleCheckTests", dependencies: ["COpenSSL", "CLibzip", "JSON", "PassBundle", "Passes"],
      swiftSettings: settings),
    .testTarget(
      name: "StoreConformanceTests",
      dependencies: ["Issuance", "JSON", "Passes", "SQLiteStore", "Secutix", "ZonedTime"],
      swiftSettings: settings),
    .testTarget(
      name: "SQLiteStoreTests",
      dependencies: [
        "Issuance", "Passes", "SQLiteStore", "Secutix", "ZonedTime", .product(name: "GRDB", package: "GRDB.swift"),
      ], swiftSettings: settings),
    .testTarget(
      name: "ImageScalingTests", dependencies: ["ImageScaling", "JSON", "Passes"],
      exclude: ["judge.py", "requirements.txt"], swiftSettings: settings),
    .testTarget(
      name: "PassPreviewTests", dependencies: ["JSON", "PassPreview", "Passes", "passmint"],
      exclude: ["Browser", "requirements.txt", "scan.py"],
      swiftSettings: settings),
    .testTarget(
      name: "SecutixClientTests",
      dependencies: [
        "JSON", "PassBundle", "Sandbox", "Secutix", "SecutixClient", "Tickets", "ZonedTime",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], exclude: ["judge.py"], swiftSettings: settings),
    .testTarget(
      name: "IssuanceTests",
      dependencies: [
        "Issuance", "JSON", "PassBundle", "Passes", "SQLiteStore", "Sandbox", "Secutix", "SecutixClient", "Tickets",
        "ZonedTime",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
      ], swiftSettings: settings),
    .testTarget(
      name: "AppleWalletTests",
      dependencies: [
        "AppleWallet", "Issuance", "JSON", "PassBundle", "Sandbox",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOHPACK", package: "swift-nio-http2"),
      ], exclude: ["apns_peer.py", "requirements.txt"], swiftSettings: settings),
    .testTarget(
      name: "WebhooksTests",
      dependencies: [
        "Authorization", "Issuance", "JSON", "PassBundle", "Passes", "SQLiteStore", "Sandbox", "Webhooks",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOSSL", package: "swift-nio-ssl"),
      ], exclude: ["requirements.txt", "tls_receiver.py", "verify.py"], swiftSettings: settings),
    .testTarget(
      name: "SandboxTests",
      dependencies: [
        "JSON", "PassBundle", "Passes", "Sandbox",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], swiftSettings: settings),
    .testTarget(
      name: "AuthorizationTests",
      dependencies: [
        "Authorization", "JSON", "PassBundle", "Sandbox",
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "JWTKit", package: "jwt-kit"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
      ], exclude: ["requirements.txt", "tokens.py"], swiftSettings: settings),
    .testTarget(
      name: "ServerTests",
      dependencies: [
        "AppleWallet", "Authorization", "Issuance", "JSON", "PassBundle", "Passes", "SQLiteStore", "Sandbox", "Secutix",
        "SecutixClient", "Server", "Tickets", "ZonedTime",
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOEmbedded", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
      ], exclude: ["Contracts", "buyers_page.py", "contracts.py", "metrics.py", "requirements.txt"],
      swiftSettings: settings),
    .testTarget(
      name: "PassmintdTests",
      dependencies: [
        "AppleWallet", "Authorization", "Issuance", "JSON", "PassBundle", "Passes", "SQLiteStore", "Sandbox", "Secutix",
        "SecutixClient", "Server", "passmintd",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"),
      ], swiftSettings: settings),
    .testTarget(
      name: "PassmintTests", dependencies: ["JSON", "PassBundle", "Passes", "passmint"],
      exclude: ["requirements.txt", "sarif.py"], swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
