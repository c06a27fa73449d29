/// A small Bloom filter of the paths that a commit changed, and of the folders above them.
///
/// "Not in it" is certain, so a history of one path skips nearly every commit that did not change
/// it without reading a tree. Ten bits a path, eight bytes at least, and seven probes: fewer than one
/// answer in a hundred is a "perhaps" that the trees then deny, and of small changes, which most
/// are, one in ten thousand.
package enum PathFilter {
  /// A path as filters are asked for it.
  package struct Key: Hashable, Sendable {
    let start: UInt64
    let step: UInt64

    /// Prepares a path; not the root, which every commit changes.
    package init(_ path: Path) {
      let bytes = path.bytes
      start = Checksum.xxh3(bytes, seed: 0)
      step = Checksum.xxh3(bytes, seed: 1) | 1
    }

    /// The number of a probe's bit among so many.
    @inline(__always)
    func bit(_ probe: UInt64, of count: Int) -> Int {
      let hash = start &+ probe &* step
      return Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(count)) >> 32)
    }
  }

  /// What stands for a filter that nobody has made yet.
  package static let unknown: [UInt8] = [0]
  /// What stands for more changes than are worth a filter.
  package static let everything: [UInt8] = [255]

  /// How many paths a filter holds at most.
  static let bound = 512
  private static let bitsPerPath = 10
  private static let fewestBytes = 8
  private static let probes: UInt64 = 7

  /// Makes the filter of some paths, and of nothing else.
  static func make(_ keys: some Collection<Key>) -> [UInt8] {
    guard !keys.isEmpty else { return [] }
    guard keys.count <= bound else { return everything }
    var bytes = [UInt8](repeating: 0, count: max(fewestBytes, (keys.count * bitsPerPath + 7) / 8))
    for key in keys {
      for probe in 0..<probes {
        let bit = key.bit(probe, of: bytes.count * 8)
        bytes[bit >> 3] |= 1 << UInt8(bit & 7)
      }
    }
    return bytes
  }

  /// Says whether a filter may hold a path: false is certain.
  package static func mayContain(_ key: Key, in filter: UnsafeRawBufferPointer) -> Bool {
    // No change at all is an empty filter; a single byte stands for "who knows".
    guard filter.count > 1 else { return filter.count == 1 }
    for probe in 0..<probes {
      let bit = key.bit(probe, of: filter.count * 8)
      guard filter[bit >> 3] >> UInt8(bit & 7) & 1 == 1 else { return false }
    }
    return true
  }

  /// Makes the filter of what changed between two trees.
  package static func changes(
    from old: ObjectID?, to new: ObjectID, _ reader: any ObjectReader
  ) throws(ObjectError) -> [UInt8] {
    guard old != new else { return [] }
    var keys: Set<Key> = []
    var folders: Set<Path> = []
    var isFull = false
    do throws(ObjectError) {
      try TreeDiff.forEachChange(from: old, to: new, reader) { change throws(ObjectError) in
        keys.insert(Key(change.path))
        var folder = change.path.parent
        while let above = folder, !above.isRoot, folders.insert(above).inserted {
          keys.insert(Key(above))
          folder = above.parent
        }
        // More would be read for a filter that says yes to everything.
        guard keys.count <= bound else {
          isFull = true
          throw .missing(.none)
        }
        return true
      }
    } catch {
      guard isFull else { throw error }
      return everything
    }
    return make(keys)
  }
}
