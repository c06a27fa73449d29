import FsyncCore
import FsyncStore
import TestSupport

extension Target {
  /// Objects of every kind that is decoded: a byte that says the kind, and its bytes.
  static var objects: Target {
    var random = SplitMix(seed: 1)
    var seeds: [[UInt8]] = []
    for _ in 0..<12 {
      let entries = random.entries(1 + random.below(5))
      let absence = AbsenceRecord(
        previous: random.once(in: 2) ? random.objectID() : nil, time: random.timestamp(),
        cause: random.once(in: 2)
          ? .pruned(policy: Array("keep-daily 3".utf8))
          : .arrived(from: random.commit().replica, name: [0x61]),
        commits: [random.objectID(), random.objectID()])
      let values: [(ObjectKind, [UInt8])] = [
        (.list, random.listNode().encoded), (.tree, TreeNode.leaf(entries).encoded),
        (.tree, random.innerNode().encoded), (.commit, random.commit().encoded),
        (.renames, random.renames().encoded), (.conflicts, random.conflictTable().encoded),
        (.absences, absence.encoded),
      ]
      seeds += values.map { [$0.0.rawValue] + $0.1 }
    }
    return Target(name: "objects", seeds: seeds) { input in
      guard let kind = input.first.flatMap(ObjectKind.init(rawValue:)) else {
        return .accepted(0)
      }
      let bytes = Array(input.dropFirst())
      do {
        let again = try recoded(kind, bytes)
        // One byte string for one value: else two replicas could give it two ids.
        if let again, again != bytes { throw Violation("a \(kind) that is not canonical") }
      } catch let error as DecodeError { return .refused(Refused(kind: kind, error: error)) }
      return .accepted(Int(kind.rawValue), bytes.count)
    }
  }

  private struct Refused: Error {
    let kind: ObjectKind
    let error: DecodeError
  }

  /// Decodes an object and encodes it again; nil for a kind that has no form of its own.
  private static func recoded(_ kind: ObjectKind, _ bytes: [UInt8]) throws -> [UInt8]? {
    switch kind {
    case .chunk, .operation: return nil
    case .list:
      let node = try ListNode(decoding: bytes)
      guard node.length != nil else { throw Violation("a list without a length") }
      return node.encoded
    case .tree:
      let node = try TreeNode(decoding: bytes)
      if case .leaf(let entries) = node {
        for entry in entries where !entry.entry.isWellFormed {
          throw Violation("an entry that is not well-formed")
        }
      }
      return node.encoded
    case .commit: return try Commit(decoding: bytes).encoded
    case .renames: return try RenameRecords(decoding: bytes).encoded
    case .conflicts: return try ConflictTable(decoding: bytes).encoded
    case .absences: return try AbsenceRecord(decoding: bytes).encoded
    }
  }

  /// Objects of cold packs, in which numbers stand for ids.
  static var shortened: Target {
    var random = SplitMix(seed: 2)
    let ids = (0..<40).map { _ in random.objectID() }
    let numbers = Dictionary(uniqueKeysWithValues: ids.enumerated().map { ($1, $0) })
    let seeds = (0..<8).map { _ in
      var bytes = random.bytes(random.below(40))
      for _ in 0..<random.below(4) {
        random.pick(ids).append(to: &bytes)
        bytes += random.bytes(random.below(9))
      }
      return IDCoding.shorten(bytes, mayBeKnown: { _ in true }, ordinal: { numbers[$0] })
    }
    return Target(name: "shortened", seeds: seeds) { input in
      do {
        let bytes = try IDCoding.expand(input) { $0 < ids.count ? ids[$0] : nil }
        guard bytes.count <= Limits.object + ObjectID.byteCount else {
          throw Violation("an object of \(bytes.count) bytes")
        }
        return .accepted(bytes.count, bytes.count - input.count)
      } catch let error as DecodeError { return .refused(error) }
    }
  }
}
