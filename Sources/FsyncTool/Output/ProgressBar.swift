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
    var step: Progress.Step?
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
    Progress { [self] step in
      state.withLock {
        if $0.step == nil { $0.began = Clock.monotonic() }
        if $0.step?.phase != step.phase || $0.step?.total != step.total { $0.pace = Pace() }
        $0.step = step
      }
    }
  }

  /// Takes the line away; it comes back with the next report.
  func erase() {
    state.withLock {
      if $0.isDrawn { StandardError.write("\r\u{1b}[K") }
      $0.isDrawn = false
      $0.step = nil
    }
  }

  private func draw() {
    state.withLock {
      guard let step = $0.step, Clock.monotonic() - $0.began >= ProgressBar.delay else { return }
      $0.turn += 1
      let time = Clock.monotonic()
      $0.pace.note(done: step.done, bytes: step.bytes, at: time)
      $0.isDrawn = true
      let line = ProgressBar.line($0, step, at: time, width: Host.terminalWidth(2) ?? 80)
      StandardError.write("\r\(line)\u{1b}[K")
    }
  }

  private static func line(
    _ state: State, _ step: Progress.Step, at time: Double, width: Int
  ) -> String {
    var text = step.phase.rawValue
    if let total = step.total, total > 0 {
      let share = min(1, Double(step.done) / Double(total))
      let filled = Int(share * 20)
      let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
      text += " [\(bar)] \(Int(share * 100))% "
      text += step.files.map { "\($0.done)/\($0.total) files" } ?? "\(step.done)/\(total)"
    } else {
      text += " " + ["|", "/", "-", "\\"][state.turn % 4]
      if step.done > 0 { text += " \(step.done)" }
    }
    if step.bytes > 0 { text += " " + Figures.bytes(step.bytes) }
    if let rate = state.pace.bytesPerSecond(bytes: step.bytes, at: time) {
      text += " \(Figures.bytes(rate))/s"
    }
    if let total = step.total,
      let left = state.pace.secondsLeft(done: step.done, total: total, at: time)
    {
      text += ", \(Figures.span(left)) left"
    }
    return String(text.prefix(max(1, width - 1)))
  }
}
