package import FsyncCore
import Synchronization

extension Store {
  /// Finds the ids that begin with some hexadecimal digits.
  /// - Parameters:
  ///   - prefix: the digits as numbers from 0 to 15.
  ///   - kind: the kind of object wanted; nil for any.
  ///   - count: how many are wanted at most.
  /// - Returns: the ids in rising order; empty where a digit is none or there are too many.
  package func ids(
    withPrefix prefix: [UInt8], kind: ObjectKind?, atMost count: Int = 64
  ) throws(StoreError) -> [ObjectID] {
    guard prefix.count <= 64, prefix.allSatisfy({ $0 < 16 }) else { return [] }
    try refresh()
    let (journal, packs) = live.withLock { ($0.journal, $0.packs) }
    let (first, last) = Store.bounds(prefix)
    var found: Set<ObjectID> = []
    for entry in journal.entries
    where entry.id >= first && entry.id <= last && (kind == nil || entry.slot.kind == kind) {
      found.insert(entry.id)
    }
    for pack in packs {
      var more = count
      pack.index.forEach(from: first) { id, slot in
        guard id <= last, more > 0 else { return false }
        if kind == nil || slot.kind == kind {
          found.insert(id)
          more -= 1
        }
        return true
      }
    }
    return Array(found.sorted().prefix(count))
  }

  /// Finds the ids that an abbreviation in hexadecimal digits of either case may mean.
  package func ids(
    abbreviated text: String, kind: ObjectKind?, atMost count: Int = 64
  ) throws(StoreError) -> [ObjectID] {
    var prefix: [UInt8] = []
    for character in text.utf8 {
      switch character {
      case 0x30...0x39: prefix.append(character - 0x30)
      case 0x41...0x46: prefix.append(character - 0x41 + 10)
      case 0x61...0x66: prefix.append(character - 0x61 + 10)
      default: return []
      }
    }
    return try ids(withPrefix: prefix, kind: kind, atMost: count)
  }

  /// The smallest and the largest id with a prefix.
  private static func bounds(_ prefix: [UInt8]) -> (ObjectID, ObjectID) {
    func id(filledWith digit: UInt8) -> ObjectID {
      let digits = prefix + [UInt8](repeating: digit, count: 64 - prefix.count)
      var bytes = [UInt8](repeating: 0, count: 32)
      for index in 0..<32 { bytes[index] = digits[index * 2] << 4 | digits[index * 2 + 1] }
      return bytes.withUnsafeBytes { ObjectID(loading: $0) }
    }
    return (id(filledWith: 0), id(filledWith: 15))
  }
}
