package import FsyncCore

/// What pruning would give back.
package struct Prunable: Hashable, Sendable {
  /// Objects that would be dropped.
  package var objects = 0
  /// Bytes that they take in the store, about: a frame's are shared out by length.
  package var bytes: UInt64 = 0
}

extension Store {
  /// Finds out what pruning more commits would give back, and changes nothing.
  /// - Parameters:
  ///   - commits: the commits that would be pruned.
  ///   - roots: see `collect`.
  package func prunable(
    _ commits: Set<ObjectID>, roots: (ReplicaState) throws(StoreError) -> [ObjectID]
  ) throws(StoreError) -> Prunable {
    let live = try refresh()
    let marking = Marking(self)
    try mark(live, marking, pruning: commits, roots)
    var result = Prunable()
    var seen = ObjectTable()
    func count(_ objects: [FrameObject], in length: Int) {
      let raw = max(objects.reduce(0) { $0 + $1.length }, 1)
      for object in objects where marking.isPruned(object.id) {
        if seen.insert(object.id, 0) == nil { result.objects += 1 }
        result.bytes += UInt64(Double(length) * Double(object.length) / Double(raw))
      }
    }
    for pack in live.packs {
      let contents = PackContents(pack)
      // Only frames that hold something of it are read.
      let frames = Set(
        pack.index.entries.lazy.filter { marking.isPruned($0.id) }.map(\.slot.frame))
      for number in frames.sorted() where number < contents.ranges.count {
        guard let frame = try contents.objects(number) else { continue }
        count(frame.objects, in: frame.length)
      }
    }
    for frame in try live.journal.frames(bootID: host.bootID) {
      count(frame.objects, in: frame.length)
    }
    return result
  }
}

extension Journal {
  /// The intact frames of all transactions.
  fileprivate func frames(bootID: [UInt8]) throws(StoreError) -> [PlacedFrame] {
    var result: [PlacedFrame] = []
    try walk(bootID: bootID) { frames, _ in result += frames }
    return result
  }
}
