import FsyncCore

/// The objects that were visited last, for which another visit would change nothing.
struct RecentVisits {
  private struct Visit {
    var id: ObjectID?
    var age: UInt32 = 0
    var isWhole = false
  }

  private static let count = 2048
  private var visits = [Visit](repeating: Visit(), count: RecentVisits.count)

  /// Notes a visit.
  /// - Returns: whether there was one of the same object that came to as much: to one that is as
  ///   new, with all below it if that is wanted now.
  mutating func visits(_ id: ObjectID, _ age: UInt32, _ isWhole: Bool) -> Bool {
    let place = Int(truncatingIfNeeded: id.prefix64 & UInt64(RecentVisits.count - 1))
    let last = visits[place]
    if last.id == id, last.age <= age, last.isWhole || !isWhole { return true }
    visits[place] = Visit(id: id, age: age, isWhole: isWhole)
    return false
  }
}
