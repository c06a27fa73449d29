/// Makes the names of conflict copies: `stem.conflict-REPLICA-HASH8.ext`.
///
/// A name depends on the version alone, so every replica makes the same one.
enum ConflictNames {
  /// How many digits of the content's id are tried in turn.
  static let digits = [8, 16, 32, 64]

  /// Returns the name of a version's copy.
  /// - Parameters:
  ///   - name: the plain name; where it is itself a copy's, its stem is taken without the suffix.
  ///   - replica: the name of the replica whose commit introduced the version.
  ///   - count: how many digits of the content's id the name shows.
  static func copy(of name: Name, replica: [UInt8], content: ObjectID, digits count: Int) -> Name? {
    var (stem, suffix) = split(name.bytes)
    let whole = withoutSuffix(name.bytes)
    if whole.count < name.bytes.count {
      // A copy's name without an extension: what looks like one is the suffix.
      (stem, suffix) = (whole, [])
    } else {
      stem = withoutSuffix(stem)
    }
    let tag =
      Array(".conflict-".utf8) + sanitized(replica) + [0x2d]
      + Array(content.description.utf8.prefix(count))
    if suffix.count + tag.count >= Limits.name { suffix = [] }
    let room = Limits.name - tag.count - suffix.count
    if stem.count > room {
      stem = Array(stem.prefix(room))
      // A character of several bytes is not cut in the middle.
      while let last = stem.last, last & 0xc0 == 0x80 { stem.removeLast() }
      if let last = stem.last, last >= 0xc0 { stem.removeLast() }
    }
    return try? Name(stem + tag + suffix)
  }

  /// Cuts a name before its extension, which begins with the last dot that is not the first
  /// byte; `.tar.*` counts whole.
  static func split(_ name: [UInt8]) -> (stem: [UInt8], suffix: [UInt8]) {
    guard let dot = name.lastIndex(of: 0x2e), dot > 0 else { return (name, []) }
    let tar = Array(".tar".utf8)
    let stem = name[..<dot]
    if stem.count > tar.count, stem.suffix(tar.count).elementsEqual(tar) {
      let cut = dot - tar.count
      return (Array(name[..<cut]), Array(name[cut...]))
    }
    return (Array(stem), Array(name[dot...]))
  }

  /// The stem of a copy's name without `.conflict-REPLICA-HASH`; any other stem as it is.
  static func withoutSuffix(_ stem: [UInt8]) -> [UInt8] {
    guard let dash = stem.lastIndex(of: 0x2d) else { return stem }
    let hash = stem[(dash + 1)...]
    guard digits.contains(hash.count), hash.allSatisfy(isHexadecimal) else { return stem }
    let marker = Array(".conflict-".utf8)
    var start = dash - marker.count
    while start > 0 {
      if stem[start..<start + marker.count].elementsEqual(marker) {
        let replica = stem[(start + marker.count)..<dash]
        guard !replica.isEmpty, replica.count <= 32, replica.allSatisfy(isPlain) else {
          return stem
        }
        return Array(stem[..<start])
      }
      start -= 1
    }
    return stem
  }

  /// A replica's name as it may be in a file's name: letters, digits, `-` and `_`, at most 32.
  static func sanitized(_ replica: [UInt8]) -> [UInt8] {
    let result = replica.filter(isPlain).prefix(32)
    return result.isEmpty ? Array("replica".utf8) : Array(result)
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
    default: false
    }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x61...0x66: true
    default: false
    }
  }
}
