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
    return line.count <= 200 ? Array(line) : Array(line.prefix(197)) + Array("...".utf8)
  }
}
