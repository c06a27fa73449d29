/// Which packs to fold together, so that their number stays logarithmic.
enum Geometry {
  /// Each pack must be at least this many times as large as all smaller ones together.
  static let ratio: UInt64 = 2

  /// Chooses the smallest packs to fold into one.
  /// - Parameter sizes: the packs' sizes, in any order.
  /// - Returns: the places of those to fold; empty where nothing has to be.
  static func packsToFold(_ sizes: [UInt64]) -> [Int] {
    let order = sizes.indices.sorted { (sizes[$0], $0) < (sizes[$1], $1) }
    var sum: UInt64 = 0
    var count = 0
    for (place, index) in order.enumerated() {
      if place > 0, sizes[index] < ratio * sum { count = place + 1 }
      sum += sizes[index]
    }
    return Array(order.prefix(count))
  }
}
