import FsyncCore

/// What is noted of an object that is reached: where a walk from the newest commit on met it.
///
/// It decides where `gc` puts the object: beside what resembles it.
struct Note: Hashable, Sendable {
  /// The file name's ending and beginning: names that compare close belong to similar content.
  var name: UInt64 = 0
  /// A hash of the path.
  var path: UInt64 = 0
  /// How many newer commits there are than the newest one that has the object: 0 for what a
  /// head has.
  var age: UInt32 = 0

  /// The note of what has the same place as something, below a name in it.
  func below(_ name: Name) -> Note {
    var note = Note(name: Note.key(name), age: age)
    note.path = name.bytes.withUnsafeBytes { Checksum.xxh3($0, seed: path) }
    return note
  }

  /// A number of a name that orders by its ending first, then by its first six bytes.
  static func key(_ name: Name) -> UInt64 {
    let bytes = name.bytes
    var ending: UInt64 = 0
    if let dot = bytes.lastIndex(of: 0x2e), dot > 0, bytes.count - dot <= 12 {
      ending = bytes[dot...].withUnsafeBytes { Checksum.xxh3($0) } >> 48
    }
    var first: UInt64 = 0
    for byte in bytes.prefix(6) { first = first << 8 | UInt64(byte) }
    first <<= UInt64(8 * (6 - min(6, bytes.count)))
    return ending << 48 | first
  }

  /// Orders as cold frames do: by name, then path, then newest first.
  static func < (left: Note, right: Note) -> Bool {
    if left.name != right.name { return left.name < right.name }
    if left.path != right.path { return left.path < right.path }
    return left.age < right.age
  }
}
