import FsyncHub
import FsyncSystem
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

/// The hub as a service.
struct Server: Sendable {
  private let hub: Hub
  private let settings: ServerSettings
  private let logger: Logger

  /// Checks that the settings are safe for this hub.
  init(_ hub: Hub, _ settings: ServerSettings, _ logger: Logger) throws {
    self.hub = hub
    self.settings = settings
    self.logger = logger
    if try hub.grants() == nil, !settings.isPrivate {
      throw SettingsError(
        "there is no token, so nobody could be told from anybody: make one with fsync hub token add"
      )
    }
  }

  /// Serves until the process is told to stop; what is in flight is finished.
  func run() async throws {
    let router = Router(context: HubContext.self, options: [.autoGenerateHeadEndpoints])
    let metrics = Metrics()
    let gate = Gate(hub, isOpen: settings.isPrivate)
    let requests = Requests(gate: gate, isBehindProxy: settings.isBehindProxy)
    router.add(middleware: SafetyHeaders())
    router.add(middleware: RequestLog(requests, metrics))
    router.get("healthz") { _, _ in "ok\n" }
    MetricsRoute(requests, metrics).add(to: router)
    SyncRoute(hub, requests, metrics, settings).add(to: router)
    HeadsRoute(hub, requests).add(to: router)
    WebRoutes(hub, requests, settings).add(to: router)
    var application = Application(
      router: router, server: try builder(),
      configuration: ApplicationConfiguration(
        address: .hostname(settings.host, port: settings.port)),
      onServerRunning: { channel in announce(channel) }, logger: logger)
    application.logger = logger
    var configuration = ServiceGroupConfiguration(
      services: [application], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
    configuration.maximumGracefulShutdownDuration = .seconds(settings.grace)
    try await ServiceGroup(configuration: configuration).run()
  }

  private func builder() throws -> HTTPServerBuilder {
    let plain = HTTPServerBuilder.http1(
      configuration: HTTP1Channel.Configuration(
        // A sync says something all the time; what says nothing for longer holds a place in vain.
        idleTimeout: .seconds(Int64(settings.timeout) + 30),
        httpDecoderConfiguration: .init(
          maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100)))
    guard let tls = settings.tls else { return plain }
    return try .tls(plain, tlsConfiguration: tls)
  }

  /// Says where the hub listens.
  private func announce(_ channel: any Channel) {
    guard let address = channel.localAddress, let port = address.port else { return }
    let scheme = settings.tls == nil ? "http" : "https"
    logger.info("serving", metadata: ["address": "\(scheme)://\(settings.host):\(port)"])
    guard let file = settings.portFile else { return }
    let path = Array(file.utf8)
    let slash = path.lastIndex(of: 0x2f)
    do throws(SystemError) {
      let folder = try Directory(slash.map { $0 == 0 ? [0x2f] : Array(path[..<$0]) } ?? [0x2e])
      let name = slash.map { Array(path[($0 + 1)...]) } ?? path
      try AtomicFile.write(Array("\(port)\n".utf8), to: name, in: folder)
    } catch {
      logger.error("the port cannot be written down", metadata: ["error": "\(error.message)"])
    }
  }
}
