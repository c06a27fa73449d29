internal import FsyncCore
package import FsyncRepo
internal import FsyncSystem

/// The heads of a repository, and when they change.
package struct HeadsBoard: Sendable {
  private let hub: Hub

  /// Makes the board of a hub.
  package init(_ hub: Hub) {
    self.hub = hub
  }

  /// The heads of a repository as they are now, in rising order: hexadecimal digits.
  package func heads(of name: RepositoryName) throws(RepositoryError) -> [String] {
    try hub.open(name).heads().map(\.description)
  }

  /// What changes with every transaction, and is had at less cost than the heads: which journal
  /// is the live one, and its size.
  package func stamp(of name: RepositoryName) -> [UInt8] {
    let folder = hub.path(of: name)
    let pointer = RepositoryPlace.join(folder, Array("journal".utf8))
    guard let text = try? File(pointer, .read).readAll(atMost: 4096),
      let journal = text.dropLast().split(separator: 0x20).last, !journal.contains(0x2f),
      let stat = try? Stat(path: RepositoryPlace.join(folder, Array(journal)))
    else { return [] }
    return text + Array("\(stat.size)".utf8)
  }

  /// What an answer with these heads is called, as an entity tag of RFC 9110.
  package static func tag(_ heads: [String]) -> String {
    "\"\(Digest.object(.list, Array(heads.joined().utf8)))\""
  }
}
