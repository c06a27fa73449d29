import FsyncHub
import FsyncRepo
import FsyncSystem
import FsyncWeb
import FsyncWords
import Logging

/// What the log says.
enum LogText {
  /// A logger that writes lines to standard error.
  static func logger(_ level: LogLevel) -> Logger {
    var logger = Logger(label: "fsync-hub") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = Logger.Level(rawValue: level.rawValue) ?? .info
    return logger
  }

  /// Why something failed, as one line.
  static func words(_ error: any Error) -> String {
    switch error {
    case let error as RepositoryError: ErrorText(error).message
    case let error as HubError: ErrorText(error).message
    case let error as SystemError: ErrorText(error, path: []).message
    case WebError.repository(let error): ErrorText(error).message
    default: "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }
  }

  /// Text of a stranger as one line that harms no terminal.
  static func clean(_ text: String) -> String {
    String(
      text.unicodeScalars.prefix(512).map { (0x21...0x7e) ~= $0.value ? Character($0) : "?" })
  }
}
