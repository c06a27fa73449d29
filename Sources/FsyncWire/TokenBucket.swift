/// Says how many bytes may move now, so that over time they do not exceed a rate.
///
/// It fills with time up to what may move at once. It knows no clock: the time is given to it.
package struct TokenBucket: Sendable {
  private let rate: Double
  private let capacity: Double
  private var tokens: Double
  private var last: Double?

  /// Seconds of the rate that may move at once.
  private static let burst = 0.25
  /// The bytes that may always move at once: what a sync that finds nothing new takes.
  private static let smallest = 4096.0

  /// Makes a full bucket.
  /// - Parameter bytesPerSecond: the rate, at least 1.
  package init(bytesPerSecond: UInt64) {
    rate = Double(max(bytesPerSecond, 1))
    capacity = max(rate * TokenBucket.burst, TokenBucket.smallest)
    tokens = capacity
  }

  /// Returns how many of some bytes may move now.
  ///
  /// None, rather than a few of many: a line is not asked to carry a byte at a time.
  /// - Parameter time: seconds of a clock that only rises.
  package mutating func allowance(for count: Int, at time: Double) -> Int {
    if let last, time > last { tokens = min(capacity, tokens + (time - last) * rate) }
    last = max(last ?? time, time)
    return tokens >= portion(of: count) ? min(count, Int(tokens)) : 0
  }

  /// Notes that bytes have moved.
  package mutating func take(_ count: Int) { tokens -= Double(count) }

  /// Returns the seconds after the last `allowance` at which some of these bytes may move.
  package func delay(for count: Int) -> Double {
    max(0, (portion(of: count) - tokens) / rate)
  }

  private func portion(of count: Int) -> Double { min(Double(count), capacity / 4) }
}
