internal import FsyncCore
internal import FsyncSystem

/// How a session that failed for a reason that may pass is tried again.
package struct Retrying: Sendable {
  /// What is told before a wait.
  package struct Notice: Sendable {
    /// The remote.
    package var remote: String
    /// Why it failed.
    package var error: RepositoryError
    /// How many seconds are waited for.
    package var seconds: Double
    /// Which attempt comes then, from 1.
    package var attempt: Int
    /// How many there may be.
    package var attempts: Int
  }

  /// How often, at most.
  package var attempts = 0
  /// Told before each wait.
  package var willRetry: @Sendable (Notice) -> Void = { _ in }
  /// Makes a number from 0 up to, not including, 1.
  package var chance: @Sendable () -> Double = { Double.random(in: 0..<1) }

  /// Makes the way of never trying again.
  package init() {}
}

extension RepositoryError {
  /// Whether the same may work in a while, without anybody doing anything about it.
  package var mayPass: Bool {
    switch self {
    case .contended: true
    case .exchange(let failure):
      switch failure {
      case .unreachable, .disconnected, .timeout: true
      case .remote(let trouble, _):
        switch trouble {
        case .busy, .timeout, .interrupted: true
        case .noRepository, .refused, .damaged, .full, .denied, .rootReplaced, .other: false
        }
      case .stalled, .otherRepository, .version, .protocolViolation: false
      }
    default: false
    }
  }
}

extension Repository {
  /// Does something with a remote, and again after a while where it fails for a reason that may pass.
  func trying<Value>(
    _ remote: RemotePlace, _ retry: Retrying, _ body: () throws(RepositoryError) -> Value
  ) throws(RepositoryError) -> Value {
    var schedule = RetrySchedule(attempts: retry.attempts)
    while true {
      do throws(RepositoryError) { return try body() } catch {
        guard error.mayPass, let wait = nextWait(&schedule, retry) else { throw error }
        retry.willRetry(
          Retrying.Notice(
            remote: remote.title, error: error, seconds: wait, attempt: schedule.made,
            attempts: schedule.attempts))
        try pause(wait)
      }
    }
  }

  /// How long to wait before the next attempt; nil where there is none.
  func nextWait(_ schedule: inout RetrySchedule, _ retry: Retrying) -> Double? {
    schedule.next(
      chance: retry.chance(), remaining: deadline.map { $0 - Clock.monotonic() })
  }

  /// Waits; throws where a person asked to stop.
  func pause(_ seconds: Double) throws(RepositoryError) {
    let end = Clock.monotonic() + seconds
    while true {
      try checkInterruption()
      let left = end - Clock.monotonic()
      guard left > 0 else { return }
      _ = try? Poll.wait(reading: -1, writing: -1, seconds: min(left, 0.25))
    }
  }
}
