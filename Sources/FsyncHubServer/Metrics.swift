import Synchronization

/// What the hub counts, for Prometheus.
///
/// No repository, token or address is named: whoever watches a machine need not know whose it is.
final class Metrics: Sendable {
  private struct Counts {
    var requests: [Int: Int] = [:]
    var active = 0
    var ended = [true: 0, false: 0]
    var received = 0
    var sent = 0
  }

  private let counts = Mutex(Counts())

  /// Counts a request by the status of its answer.
  func answered(_ status: Int) { counts.withLock { $0.requests[status, default: 0] += 1 } }

  /// Counts a sync that has begun.
  func sessionBegan() { counts.withLock { $0.active += 1 } }

  /// Counts a sync that has ended.
  func sessionEnded(_ isWell: Bool) {
    counts.withLock {
      $0.active -= 1
      $0.ended[isWell, default: 0] += 1
    }
  }

  /// Counts bytes of syncs.
  func add(received: Int = 0, sent: Int = 0) {
    counts.withLock {
      $0.received += received
      $0.sent += sent
    }
  }

  /// All of it in Prometheus's text format, version 0.0.4.
  var text: String {
    let counts = counts.withLock { $0 }
    var lines = Lines()
    lines.head("fsync_hub_requests_total", "counter", "Requests by the status of the answer.")
    for (status, count) in counts.requests.sorted(by: { $0.key < $1.key }) {
      lines.value("fsync_hub_requests_total{status=\"\(status)\"}", count)
    }
    lines.head("fsync_hub_sessions_active", "gauge", "Syncs that are under way.")
    lines.value("fsync_hub_sessions_active", counts.active)
    lines.head("fsync_hub_sessions_total", "counter", "Syncs that have ended.")
    lines.value("fsync_hub_sessions_total{result=\"done\"}", counts.ended[true] ?? 0)
    lines.value("fsync_hub_sessions_total{result=\"failed\"}", counts.ended[false] ?? 0)
    lines.head("fsync_hub_received_bytes_total", "counter", "Bytes that syncs brought.")
    lines.value("fsync_hub_received_bytes_total", counts.received)
    lines.head("fsync_hub_sent_bytes_total", "counter", "Bytes that syncs fetched.")
    lines.value("fsync_hub_sent_bytes_total", counts.sent)
    return lines.text
  }

  private struct Lines {
    var text = ""

    mutating func head(_ name: String, _ kind: String, _ help: String) {
      text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
    }

    mutating func value(_ name: String, _ value: Int) { text += "\(name) \(value)\n" }
  }
}
