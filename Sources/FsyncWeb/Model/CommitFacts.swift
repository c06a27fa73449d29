package import FsyncCore
package import FsyncRepo

/// What pages say of a commit.
package struct CommitFacts: Sendable {
  /// Its id.
  package var id: ObjectID
  /// The commit.
  package var commit: Commit

  /// Takes what a log has.
  package init(_ entry: LogEntry) {
    id = entry.id
    commit = entry.commit
  }

  /// Pairs a commit with its id.
  package init(id: ObjectID, commit: Commit) {
    self.id = id
    self.commit = commit
  }

  /// The first line of the message, without what is too long for a line.
  var title: [UInt8] {
    let line = commit.message.prefix { $0 != 0x0a }
    return line.count <= Self.longestTitle
      ? Array(line) : Array(line.prefix(Self.longestTitle - 3)) + Array("...".utf8)
  }

  private static let longestTitle = 200

  /// What the message says besides its first line; all of it where that is too long.
  var rest: ArraySlice<UInt8> {
    let line = commit.message.prefix { $0 != 0x0a }
    guard line.count <= Self.longestTitle else { return commit.message[...] }
    return commit.message[line.endIndex...].drop { $0 == 0x0a }
  }
}
