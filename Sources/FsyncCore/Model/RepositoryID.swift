/// The identity of a repository: 16 random bytes, made by `init` and shared by every clone.
package struct RepositoryID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The number of bytes.
  package static let byteCount = 16
  /// The 16 bytes.
  package let bytes: [UInt8]

  /// Makes an id of exactly 16 bytes; nil for any other number.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == RepositoryID.byteCount else { return nil }
    self.bytes = Array(bytes)
  }

  /// Orders ids as their bytes: of two repositories that unite, the smaller id stays.
  package static func < (left: RepositoryID, right: RepositoryID) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// The id as 32 hexadecimal digits.
  package var description: String { bytes.hex }
}
