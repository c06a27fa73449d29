/// A path inside a working tree: names joined by `/`, without a leading one; empty is the root.
package struct Path: Hashable, Comparable, Sendable {
  /// The joined bytes.
  package let bytes: [UInt8]

  /// The root of the working tree.
  package static let root = Path(unchecked: [])

  /// Checks every component as `Name` does; throws `DecodeError` where one may not occur, or
  /// the whole is too long or too deep.
  package init(_ bytes: [UInt8]) throws(DecodeError) {
    if !bytes.isEmpty {
      guard bytes.count <= Limits.path else { throw .tooLarge }
      var depth = 0
      for part in bytes.split(separator: 0x2f, omittingEmptySubsequences: false) {
        guard Name.isValid(part) else { throw .name }
        depth += 1
      }
      guard depth <= Limits.depth else { throw .tooLarge }
    }
    self.bytes = bytes
  }

  private init(unchecked bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Says whether this is the root.
  package var isRoot: Bool { bytes.isEmpty }

  /// The path of a child.
  package func appending(_ name: Name) -> Path {
    Path(unchecked: isRoot ? name.bytes : bytes + [0x2f] + name.bytes)
  }

  /// This path followed by another.
  package func appending(_ path: Path) -> Path {
    if isRoot { return path }
    return path.isRoot ? self : Path(unchecked: bytes + [0x2f] + path.bytes)
  }

  /// The folder that holds this path; nil for the root.
  package var parent: Path? {
    guard !isRoot else { return nil }
    guard let slash = bytes.lastIndex(of: 0x2f) else { return .root }
    return Path(unchecked: Array(bytes[..<slash]))
  }

  /// The last component; nil for the root.
  package var name: Name? {
    guard !isRoot else { return nil }
    let start = bytes.lastIndex(of: 0x2f).map { $0 + 1 } ?? 0
    return try? Name(Array(bytes[start...]))
  }

  /// The components, outermost first.
  package var components: [Name] {
    bytes.split(separator: 0x2f).compactMap { try? Name(Array($0)) }
  }

  /// Says whether this path is another one or lies below it.
  package func isEqualOrBelow(_ other: Path) -> Bool {
    if other.isRoot { return true }
    guard bytes.starts(with: other.bytes) else { return false }
    return bytes.count == other.bytes.count || bytes[other.bytes.count] == 0x2f
  }

  /// The rest of this path below a folder, the root for the folder itself; nil if it is elsewhere.
  package func relative(to folder: Path) -> Path? {
    guard isEqualOrBelow(folder) else { return nil }
    if folder.isRoot { return self }
    return Path(unchecked: Array(bytes.dropFirst(folder.bytes.count + 1)))
  }

  /// Orders paths by their bytes.
  package static func < (left: Path, right: Path) -> Bool {
    left.bytes.precedes(right.bytes)
  }

  /// Hashes the bytes at once.
  package func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

extension Path: CustomStringConvertible {
  /// The path for people; bytes that are not UTF-8 show as replacement characters.
  package var description: String { String(decoding: bytes, as: UTF8.self) }
}
