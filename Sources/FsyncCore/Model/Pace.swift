/// How fast long work goes, and how long it still takes, by how far it was some seconds ago.
///
/// It knows no clock: the time is given to it.
package struct Pace: Sendable {
  private struct Sample {
    let time: Double
    let done: Int
    let bytes: UInt64
  }

  private var samples: [Sample] = []

  /// The seconds that are looked back: long enough not to jump, short enough to follow a change.
  private static let window = 10.0
  /// The seconds between two samples.
  private static let interval = 0.5
  /// The seconds after which there is something to say.
  private static let shortest = 1.0

  /// Makes the pace of work that has just begun.
  package init() {}

  /// Notes how far work is.
  package mutating func note(done: Int, bytes: UInt64, at time: Double) {
    if let last = samples.last {
      // Another round, or other work: what was before tells nothing.
      if done < last.done || bytes < last.bytes || time < last.time { samples = [] }
      if let last = samples.last, time - last.time < Pace.interval { return }
    }
    samples.append(Sample(time: time, done: done, bytes: bytes))
    while samples.count > 2, time - samples[1].time > Pace.window { samples.removeFirst() }
  }

  /// The bytes a second lately; nil where nothing can be said.
  package func bytesPerSecond(bytes: UInt64, at time: Double) -> UInt64? {
    guard let (first, seconds) = span(at: time), bytes > first.bytes else { return nil }
    return UInt64((Double(bytes - first.bytes) / seconds).rounded())
  }

  /// The seconds until all is done, if it goes on like this; nil where nothing can be said.
  package func secondsLeft(done: Int, total: Int, at time: Double) -> Double? {
    guard let (first, seconds) = span(at: time), done > first.done, total >= done else {
      return nil
    }
    return Double(total - done) * seconds / Double(done - first.done)
  }

  private func span(at time: Double) -> (first: Sample, seconds: Double)? {
    guard let first = samples.first, time - first.time >= Pace.shortest else { return nil }
    return (first, time - first.time)
  }
}
