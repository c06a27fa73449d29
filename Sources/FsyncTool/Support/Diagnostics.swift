import FsyncRepo
import FsyncSystem
internal import Logging
internal import Synchronization

/// What `-v` tells of the inside, on the standard error.
struct Diagnostics: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel = Logger.Level.debug
  private let began = Clock.monotonic()
  private let willWrite: @Sendable () -> Void

  /// A logger that writes to the standard error.
  static func logger(willWrite: @escaping @Sendable () -> Void) -> Logger {
    Logger(label: "fsync") { _ in Diagnostics(willWrite: willWrite) }
  }

  private init(willWrite: @escaping @Sendable () -> Void) { self.willWrite = willWrite }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    willWrite()
    let milliseconds = Int((Clock.monotonic() - began) * 1000)
    StandardError.write("fsync: \(event.level): \(event.message) [\(milliseconds) ms]\n")
  }

  /// A receiver of progress that logs when a phase begins, before another one.
  static func phases(_ logger: Logger?, of progress: Progress) -> Progress {
    guard let logger else { return progress }
    let last = PhaseBox()
    return Progress { step in
      if last.isNew(step.phase) { logger.debug("\(step.phase.rawValue)") }
      progress.report(step)
    }
  }

  private final class PhaseBox: Sendable {
    private let phase = Mutex<Progress.Phase?>(nil)

    func isNew(_ next: Progress.Phase) -> Bool {
      phase.withLock {
        let isNew = $0 != next
        $0 = next
        return isNew
      }
    }
  }
}
