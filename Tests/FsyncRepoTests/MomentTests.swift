import FsyncCore
import FsyncRepo
import FsyncStore
import TestSupport
import Testing

/// What texts name of a history.
@Suite struct MomentTests {
  /// Pages and commands show what the heads lead to, and nothing else that a store happens to hold.
  @Test func aCommitUnderNoHeadIsNotFound() throws {
    let directory = try TemporaryDirectory()
    let repository = try Repository.make("r", in: directory)
    try repository.tree.write("f", "one")
    try repository.commit("first")
    let known = try #require(repository.heads().first)
    var commit = try repository.store.commit(known)
    commit.message = Array("never joined".utf8)
    commit.sequence += 1
    let id = try repository.store.transact { [commit] (_, transaction) throws(Never) in
      transaction.command = Array("test".utf8)
      return transaction.put(.commit, commit.encoded)
    }
    #expect(try repository.store.contains(id))
    for length in [8, 12, 64] {
      let digits = String(id.description.prefix(length))
      #expect {
        try repository.moment(digits)
      } throws: {
        guard case .unknownMoment(digits) = $0 as? RepositoryError else { return false }
        return true
      }
    }
    guard case .commit(known) = try repository.moment(known.description) else {
      Issue.record("the head is not found")
      return
    }
  }
}
