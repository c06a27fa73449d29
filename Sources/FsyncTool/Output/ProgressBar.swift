import FsyncCore
import FsyncRepo
import FsyncSystem
internal import Synchronization

/// One line on a terminal that says how far long work is.
///
/// It shows up once work has taken half a second, ten times a second anew, and goes away before
/// anything else is printed.
final class ProgressBar: Sendable {
  private struct State {
    var phase: Progress.Phase?
    var done = 0
    var total: Int?
    var bytes: UInt64 = 0
    var began = 0.0
    var isDrawn = false
    var turn = 0
    var pace = Pace()
  }

  private static let delay = 0.5
  private let state = Mutex(State())

  /// Starts the thread that draws; where none can be had there is no bar.
  init() {
    _ = try? WorkerThread { [self] in
      while (try? Poll.wait(reading: -1, writing: -1, seconds: 0.1)) != nil { draw() }
    }
  }

  /// Tells the bar how far work is.
  var progress: Progress {
    Progress { [self] phase, done, total, bytes in
      state.withLock {
        if $0.phase == nil { $0.began = Clock.monotonic() }
        if $0.phase != phase || $0.total != total { $0.pace = Pace() }
        ($0.phase, $0.done, $0.total, $0.bytes) = (phase, done, total, bytes)
      }
    }
  }

  /// Takes the line away; it comes back with the next report.
  func erase() {
    state.withLock {
      if $0.isDrawn { StandardError.write("\r\u{1b}[K") }
      $0.isDrawn = false
      $0.phase = nil
    }
  }

  private func draw() {
    state.withLock {
      guard let phase = $0.phase, Clock.monotonic() - $0.began >= ProgressBar.delay else { return }
      $0.turn += 1
      let time = Clock.monotonic()
      $0.pace.note(done: $0.done, bytes: $0.bytes, at: time)
      $0.isDrawn = true
      let line = ProgressBar.line($0, phase, at: time, width: Host.terminalWidth(2) ?? 80)
      StandardError.write("\r\(line)\u{1b}[K")
    }
  }

  private static func line(
    _ state: State, _ phase: Progress.Phase, at time: Double, width: Int
  ) -> String {
    var text = phase.rawValue
    if let total = state.total, total > 0 {
      let share = min(1, Double(state.done) / Double(total))
      let filled = Int(share * 20)
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
      text += " [\(bar)] \(Int(share * 100))% \(state.done)/\(total)"
    } else {
      text += " " + ["|", "/", "-", "\\"][state.turn % 4]
      if state.done > 0 { text += " \(state.done)" }
    }
    if state.bytes > 0 { text += " " + Figures.bytes(state.bytes) }
    if let rate = state.pace.bytesPerSecond(bytes: state.bytes, at: time) {
      text += " \(Figures.bytes(rate))/s"
    }
    if let total = state.total,
      let left = state.pace.secondsLeft(done: state.done, total: total, at: time)
    {
      text += ", \(Figures.span(left)) left"
    }
    return String(text.prefix(max(1, width - 1)))
  }
}
