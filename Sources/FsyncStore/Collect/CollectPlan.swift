import FsyncCore

/// What a collection does with each pack.
struct CollectPlan {
  /// Packs whose objects are written anew.
  var rewritten: [Pack] = []
  /// Packs that stay as they are.
  var kept: [Pack] = []
  /// Packs of unreached objects, of which those that are reached again are taken out.
  var setApart: [Pack] = []
  /// Names of packs that the new state does not have.
  var replaced: Set<[UInt8]> = []
  /// Unreached objects in packs whose time is up, and bytes of these packs.
  var expired = 0
  var expiredBytes: UInt64 = 0
  /// Bytes that are written anew, as they are stored now.
  var length: UInt64 = 0

  /// Decides what to do.
  /// - Parameters:
  ///   - prunes: whether content of pruned commits must go, wherever it is.
  ///   - hot: bytes of the journal.
  ///   - grace: seconds for which what nothing reaches stays.
  init(
    _ live: Store.Live, _ marking: Marking, now: Timestamp, grace: Int64,
    prunes: Bool = false, sizes: [[UInt8]: UInt64], hot: UInt64
  ) {
    var cold: [Pack] = []
    length = hot
    for pack in live.packs {
      let reference = live.position.state.packs.first { $0.name == pack.name }
      if let since = reference?.unreachableSince {
        setApart.append(pack)
        // A clock that was set back makes nothing expire.
        if grace == 0 || now.seconds - since.seconds > grace {
          replaced.insert(pack.name)
          expired += pack.index.count { !marking.contains($0) }
          expiredBytes += sizes[pack.name] ?? 0
        }
      } else if pack.isCold && pack.isIndexIntact {
        cold.append(pack)
      } else {
        rewritten.append(pack)
        length += sizes[pack.name] ?? 0
      }
    }
    // What is new will be about half as large.
    let folded = Set(Geometry.packsToFold(cold.map { sizes[$0.name] ?? 0 } + [length / 2]))
    let areFolded = folded.contains(cold.count)
    for (place, pack) in cold.enumerated() {
      let dead = pack.index.count { !marking.contains($0) }
      // Little is not worth writing a large pack again for.
      var isWorth = dead > 0 && (grace == 0 || dead * 20 >= pack.index.layout.rows)
      if prunes, !isWorth { isWorth = pack.index.count { marking.isPruned($0) } > 0 }
      if isWorth || (areFolded && folded.contains(place)) {
        rewritten.append(pack)
        length += sizes[pack.name] ?? 0
      } else {
        kept.append(pack)
      }
    }
    replaced.formUnion(rewritten.map(\.name))
  }
}

extension ObjectIndex {
  /// Counts the ids of intact parts of which something is true.
  fileprivate func count(_ isCounted: (ObjectID) -> Bool) -> Int {
    var count = 0
    forEach { id, _ in
      if isCounted(id) { count += 1 }
      return true
    }
    return count
  }
}
