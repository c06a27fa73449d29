/// Bounds how often an address may fail to show a token: a bucket for each, which fills at a
/// steady rate.
///
/// An address with no failures left is refused before its token is looked at, so that guessing
/// gains nothing. Memory is bounded: full buckets are forgotten, and where there are too many
/// others, strangers share one.
package struct FailureLimit: Sendable {
  private struct Bucket {
    var left: Double
    var time: Double
  }

  private let capacity: Double
  private let rate: Double
  private let addresses: Int
  private var buckets: [String: Bucket] = [:]

  /// Makes a limit.
  /// - Parameters:
  ///   - capacity: failures that are allowed at once.
  ///   - rate: failures that are allowed in a second, in the long run.
  ///   - addresses: how many addresses are told from one another.
  package init(capacity: Double = 10, rate: Double = 0.1, addresses: Int = 10_000) {
    self.capacity = capacity
    self.rate = rate
    self.addresses = addresses
  }

  /// How many seconds an address has to wait before it may try again; nil where it need not.
  /// - Parameter now: seconds of a clock that only goes forward.
  package func wait(for address: String, at now: Double) -> Double? {
    let left = level(of: buckets[key(address)], at: now)
    return left >= 1 ? nil : (1 - left) / rate
  }

  /// Notes a failure of an address.
  package mutating func note(_ address: String, at now: Double) {
    if buckets.count >= addresses {
      buckets = buckets.filter { level(of: $0.value, at: now) < capacity }
    }
    let key = key(address)
    buckets[key] = Bucket(left: max(level(of: buckets[key], at: now) - 1, 0), time: now)
  }

  private func key(_ address: String) -> String {
    buckets[address] != nil || buckets.count < addresses ? address : ""
  }

  private func level(of bucket: Bucket?, at now: Double) -> Double {
    guard let bucket else { return capacity }
    return min(bucket.left + max(now - bucket.time, 0) * rate, capacity)
  }
}
