/// What somebody may do with a repository; the later the more.
package enum Access: Int, Comparable, Sendable {
  /// Clone and look.
  case read
  /// Push too.
  case write

  /// Orders by how much is allowed.
  package static func < (left: Access, right: Access) -> Bool { left.rawValue < right.rawValue }
}

/// What the holder of a token may do.
package struct Grant: Hashable, Sendable {
  /// The token's id: 8 hexadecimal digits.
  package var id: String
  /// SHA-256 of its secret.
  package var hash: [UInt8]
  /// Whose it is, for people.
  package var label: String
  /// When it was made: seconds since 1970.
  package var created: Int64
  /// Repositories that may be read.
  package var read: Scope
  /// Repositories that may be read and pushed to.
  package var write: Scope

  /// Some repositories, or all, those to come included.
  package enum Scope: Hashable, Sendable {
    case all
    case some(Set<RepositoryName>)

    /// Says whether a repository is among them.
    func contains(_ name: RepositoryName) -> Bool {
      switch self {
      case .all: true
      case .some(let names): names.contains(name)
      }
    }
  }

  /// Says whether text may be a label: one line of 1 to 200 bytes.
  package static func isLabel(_ text: some StringProtocol) -> Bool {
    (1...200).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7f }
  }

  /// Makes a grant.
  package init(
    id: String, hash: [UInt8], label: String, created: Int64, read: Scope, write: Scope
  ) {
    self.id = id
    self.hash = hash
    self.label = label
    self.created = created
    self.read = read
    self.write = write
  }

  /// What may be done with a repository; nil where nothing may.
  package func access(to name: RepositoryName) -> Access? {
    write.contains(name) ? .write : read.contains(name) ? .read : nil
  }
}
