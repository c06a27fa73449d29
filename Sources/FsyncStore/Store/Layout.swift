import FsyncCore
import FsyncSystem

/// The names of a store's files in its folder.
enum Layout {
  static let pointer = Array("journal".utf8)
  static let packs = Array("packs".utf8)
  static let quarantine = Array("quarantine".utf8)
  static let locks = Array("locks".utf8)
  static let writer = Array("locks/writer".utf8)
  static let tree = Array("locks/tree".utf8)
  static let sync = Array("locks/sync".utf8)
  static let collecting = Array("locks/gc".utf8)
  static let packing = Array("locks/packs".utf8)
  static let packSuffix = Array(".pack".utf8)
  static let temporarySuffix = Array(".tmp".utf8)
  static let indexSuffix = Array(".index".utf8)
  private static let journalPrefix = Array("journal-".utf8)
  private static let pointerPrefix = Array("fsync 1 ".utf8)

  /// Joins names by slashes.
  static func path(_ first: [UInt8], _ rest: [UInt8]...) -> [UInt8] {
    rest.reduce(first) { $0 + [0x2f] + $1 }
  }

  /// The name of the journal of a number.
  static func journal(_ number: UInt64) -> [UInt8] {
    let digits = Array(String(number).utf8)
    return journalPrefix + [UInt8](repeating: 0x30, count: max(0, 8 - digits.count)) + digits
  }

  /// The number in a journal's name; nil for any other name.
  static func number(ofJournal name: [UInt8]) -> UInt64? {
    guard name.starts(with: journalPrefix), name.count <= 28 else { return nil }
    let number = UInt64(String(decoding: name.dropFirst(journalPrefix.count), as: UTF8.self))
    guard let number, journal(number) == name else { return nil }
    return number
  }

  /// What the pointer file holds for a journal: the format's version and the journal's name.
  static func pointer(to number: UInt64) -> [UInt8] {
    pointerPrefix + journal(number) + [0x0a]
  }

  /// The number of the journal that a pointer file names.
  static func number(inPointer bytes: [UInt8]) throws(StoreError) -> UInt64 {
    guard bytes.starts(with: Array("fsync ".utf8)), bytes.last == 0x0a else {
      throw .damaged(file: pointer)
    }
    guard bytes.starts(with: pointerPrefix) else { throw .version(file: pointer) }
    let name = Array(bytes.dropFirst(pointerPrefix.count).dropLast())
    guard let number = number(ofJournal: name) else { throw .damaged(file: pointer) }
    return number
  }

  /// The name of a pack's file.
  static func pack(_ name: [UInt8]) -> [UInt8] { Array(name.hex.utf8) + packSuffix }

  /// The name of a pack's file while it is being written.
  static func temporary(_ name: [UInt8]) -> [UInt8] { Array(name.hex.utf8) + temporarySuffix }

  /// The pack's name in a file's name with a suffix; nil for any other.
  static func name(of file: [UInt8], suffix: [UInt8]) -> [UInt8]? {
    guard file.count == 32 + suffix.count, file.suffix(suffix.count).elementsEqual(suffix) else {
      return nil
    }
    return [UInt8](hex: String(decoding: file.prefix(32), as: UTF8.self))
  }
}
