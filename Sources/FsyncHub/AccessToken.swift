internal import Crypto
internal import FsyncCore
internal import FsyncSystem

/// What a client shows to be let in: `fst-ID-SECRET`, both in hexadecimal digits.
///
/// The id, 4 bytes, says which token it is and is no secret. The secret has 32 random bytes, so a
/// plain hash of it can be stored: there is nothing to guess that a slow hash would make slower.
package struct AccessToken: Sendable {
  /// Which token it is: 8 hexadecimal digits.
  package let id: String
  private let secret: [UInt8]

  private static let prefix = "fst-"
  private static let idBytes = 4
  private static let secretBytes = 32

  /// Makes a new one.
  package init() {
    id = Host.randomBytes(Self.idBytes).hex
    secret = Host.randomBytes(Self.secretBytes)
  }

  /// Reads what a client sent; nil for what cannot be a token.
  package init?(_ text: some StringProtocol) {
    guard text.utf8.count == Self.prefix.utf8.count + 2 * Self.idBytes + 1 + 2 * Self.secretBytes,
      text.hasPrefix(Self.prefix)
    else { return nil }
    let parts = text.dropFirst(Self.prefix.count).split(separator: "-")
    guard parts.count == 2, let id = [UInt8](hex: String(parts[0])), id.count == Self.idBytes,
      let secret = [UInt8](hex: String(parts[1])), secret.count == Self.secretBytes
    else { return nil }
    self.id = id.hex
    self.secret = secret
  }

  /// The text that a client shows; it is to be seen once.
  package var text: String { "\(Self.prefix)\(id)-\(secret.hex)" }

  /// What is stored of it.
  package var hash: [UInt8] { Array(SHA256.hash(data: secret)) }

  /// Says whether a stored hash is this token's, in a time that does not tell how much of it is.
  package func matches(_ stored: [UInt8]) -> Bool {
    let own = hash
    var difference = own.count ^ stored.count
    for (index, byte) in own.enumerated() {
      difference |= Int(byte ^ (index < stored.count ? stored[index] : 0))
    }
    return difference == 0
  }
}
