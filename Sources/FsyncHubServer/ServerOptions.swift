internal import ArgumentParser

/// What the command line says about the server.
struct ServerOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Listen at this address and port; port 0 takes a free one.", valueName: "host:port"))
  var listen = "127.0.0.1:8420"

  @Option(help: ArgumentHelp("The certificates for TLS, as PEM.", valueName: "file"))
  var tlsCertificate: String?

  @Option(help: ArgumentHelp("The key for TLS, as PEM.", valueName: "file"))
  var tlsKey: String?

  @Flag(help: "A proxy is in front: believe its X-Forwarded-For, and always ask for a token.")
  var behindProxy = false

  @Option(help: ArgumentHelp("Serve at most so many syncs at once.", valueName: "count"))
  var maxSessions = 64

  @Option(
    help: ArgumentHelp("Give a sync up after so many seconds without a byte.", valueName: "seconds")
  )
  var timeout = 60

  @Option(
    help: ArgumentHelp(
      "Let what is in flight finish for so long when stopped.", valueName: "seconds"))
  var grace = 30

  @Option(
    help: ArgumentHelp("Write the port into this file once it is open.", valueName: "file"))
  var portFile: String?

  @Option(
    help: ArgumentHelp("Log from this level on: debug, info, warning or error.", valueName: "level")
  )
  var logLevel = LogLevel.info
}

/// How much is logged.
enum LogLevel: String, ExpressibleByArgument, CaseIterable {
  case debug, info, warning, error
}
