internal import FsyncCore

/// Pairs what is new in a sequence with what was at its place in an older one.
enum Alignment {
  /// An element of the newer sequence that the older one lacks.
  struct Novelty {
    let index: Int
    /// What it most likely replaced.
    let like: ObjectID?
  }

  /// Returns the novelties of a sequence in order.
  ///
  /// What both have anchors them; between two anchors the new ones pair with the old ones in
  /// order, and the last old one serves what is left over, as where a chunk was split.
  static func novelties(_ new: [ObjectID], since old: [ObjectID]) -> [Novelty] {
    guard !old.isEmpty else { return new.indices.map { Novelty(index: $0, like: nil) } }
    var positions: [ObjectID: Int] = [:]
    for (index, id) in old.enumerated() { positions[id] = index }
    let known = Set(new)
    var result: [Novelty] = []
    var next = 0
    for (index, id) in new.enumerated() {
      if let anchor = positions[id] {
        next = anchor + 1
        continue
      }
      var like: ObjectID?
      if next < old.count, !known.contains(old[next]) {
        like = old[next]
        next += 1
      } else if next > 0, !known.contains(old[next - 1]) {
        like = old[next - 1]
      }
      result.append(Novelty(index: index, like: like))
    }
    return result
  }
}
