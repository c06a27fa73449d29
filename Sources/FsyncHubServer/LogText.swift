import FsyncHub
import Logging

/// What the log says.
enum LogText {
  /// A logger that writes lines to standard error.
  static func logger(_ level: LogLevel) -> Logger {
    var logger = Logger(label: "fsync-hub") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
    return logger
  }

  /// Text of a stranger as one line that harms no terminal.
  static func clean(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(512).map { (0x21...0x7e) ~= $0.value ? Character($0) : "?" })
  }
}

/// Why a hub cannot be served, in words.
enum HubText {
  static func words(_ error: HubError) -> String {
    func text(_ bytes: [UInt8]) -> String { LogText.clean(String(decoding: bytes, as: UTF8.self)) }
    switch error {
    case .notAHub(let path):
      return
        "\(text(path)) is no hub, and not empty: nothing was done; make one with fsync hub create"
    case .tokens(let path, let why): return "\(text(path)) is damaged: \(why)"
    case .noRepository(let name): return "there is no repository \(name)"
    case .repositoryExists(let name): return "there is a repository \(name) already"
    case .label: return "a label is one line of 1 to 200 bytes"
    case .noToken(let id): return "there is no token \(id)"
    case .repository(let error): return "\(error)"
    }
  }
}
