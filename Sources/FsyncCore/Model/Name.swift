/// A file name as Linux has it: 1 to 255 bytes without `/` and NUL, compared byte by byte.
///
/// `.`, `..` and every spelling of `.fsync` are refused, so that no tree, however it came
/// here, can name something outside its folder or inside the repository's own.
package struct Name: Hashable, Comparable, Sendable {
  /// The bytes of the name.
  package let bytes: [UInt8]

  /// Checks and keeps a name; throws `DecodeError.name` where it may not occur in a tree.
  package init(_ bytes: [UInt8]) throws(DecodeError) {
    guard Name.isValid(bytes[...]) else { throw .name }
    self.bytes = bytes
  }

  /// Says whether bytes may be a name in a tree.
  package static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard !bytes.isEmpty, bytes.count <= Limits.name else { return false }
    for byte in bytes where byte == 0 || byte == 0x2f { return false }
    guard bytes.first == 0x2e else { return !Name.isReservedLookalike(bytes) }
    if bytes.elementsEqual([0x2e]) || bytes.elementsEqual([0x2e, 0x2e]) { return false }
    return !isReserved(bytes) && !isReservedLookalike(bytes)
  }

  /// Says whether bytes are `.fsync` in any case, or one of fsync's staging names.
  package static func isReserved(_ bytes: ArraySlice<UInt8>) -> Bool {
    let reserved = Array(".fsync".utf8)
    if bytes.count == reserved.count {
      return zip(bytes, reserved).allSatisfy { ($0 | 0x20) == ($1 | 0x20) && ($0 < 0x80) }
    }
    return bytes.starts(with: stagingPrefix)
  }

  /// What every temporary that fsync puts into a working tree begins with: always ignored.
  package static let stagingPrefix = Array(".fsync-stage-".utf8)

  /// Says whether a file system that folds case or ignores code points (HFS+ drops
  /// zero-width ones) would take bytes for `.fsync`.
  private static func isReservedLookalike(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.contains(where: { $0 >= 0x80 }), bytes.count <= 64 else { return false }
    var folded: [UInt8] = []
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      switch scalar.value {
      case 0x200b...0x200f, 0x202a...0x202e, 0x2060...0x206f, 0xfeff: continue
      case 0x017f: folded.append(0x73)  // long s folds to s
      case 0..<0x80: folded.append(UInt8(scalar.value))
      default: return false
      }
    }
    return isReserved(folded[...])
  }

  /// Orders names by their bytes, as trees are.
  package static func < (left: Name, right: Name) -> Bool {
    left.bytes.precedes(right.bytes)
  }

  /// Hashes the bytes at once.
  package func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension Name: CustomStringConvertible {
  /// The name for people; bytes that are not UTF-8 show as replacement characters.
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
