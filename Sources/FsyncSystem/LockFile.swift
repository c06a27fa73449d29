internal import Glibc

/// Holds an advisory lock on a file that is never replaced, until it is destroyed or the process
/// ends, however it ends.
///
/// The corresponding C function is `flock`.
package struct LockFile: ~Copyable, Sendable {
  private let file: File

  /// Who may hold the lock at the same time.
  package enum Mode: Sendable {
    /// Any number of shared holders.
    case shared
    /// One alone.
    case exclusive
  }

  /// Opens or creates the file and waits for the lock.
  /// - Parameter seconds: how long to wait at most; 0 not at all, nil for ever.
  /// - Returns: the lock; nil where another still holds it.
  package static func acquire(
    _ path: [UInt8], _ mode: Mode = .exclusive, waiting seconds: Double? = nil
  ) throws(SystemError) -> LockFile? {
    let file = try File(path, .openOrCreate(mode: 0o644))
    let operation = mode == .shared ? LOCK_SH : LOCK_EX
    let descriptor = file.descriptor
    if let seconds {
      let deadline = Clock.monotonic() + seconds
      while true {
        do throws(SystemError) {
          _ = try checked(.lock) { flock(descriptor, operation | LOCK_NB) }
          return LockFile(file: file)
        } catch {
          guard error.isBusy else { throw error }
          if Clock.monotonic() >= deadline { return nil }
          usleep(5_000)
        }
      }
    }
    _ = try checked(.lock) { flock(descriptor, operation) }
    return LockFile(file: file)
  }

  private init(file: consuming File) {
    self.file = file
  }

  // Closing is not enough: a program that another thread is just starting has a copy of the
  // descriptor until it runs, and a lock lasts as long as any copy.
  deinit { _ = flock(file.descriptor, LOCK_UN) }
}
