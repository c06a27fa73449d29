import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords
import Testing

@testable import FsyncTool

/// Every error says what happened, what to do next, and ends with a status that scripts know.
@Suite struct ErrorTextTests {
  private static let path = try? Path(Array("folder/file\n".utf8))
  private static let id = Digest.object(.chunk, [1])

  private static let exchange: [(ExchangeFailure, FsyncWords.ExitStatus)] = [
    (.unreachable("no route"), .partly), (.disconnected("host"), .partly), (.timeout, .partly),
    (.otherRepository(ours: "1", theirs: "2"), .failed), (.version("9"), .failed),
    (.protocolViolation("checksum"), .failed), (.remote(.noRepository, "/x"), .partly),
    (.remote(.busy, ""), .partly), (.remote(.refused, ""), .failed),
    (.remote(.damaged, "journal"), .failed), (.remote(.full, ""), .partly),
    (.remote(.denied, "/x"), .partly), (.remote(.timeout, ""), .partly),
    (.remote(.interrupted, ""), .partly), (.remote(.rootReplaced, "/x"), .failed),
    (.remote(.other, "?"), .partly),
  ]

  private static let errors: [(RepositoryError, FsyncWords.ExitStatus)] = {
    let path = ErrorTextTests.path ?? .root
    let bytes = path.bytes
    return [
      (.notARepository(bytes), .failed), (.alreadyARepository(bytes), .failed),
      (.insideARepository(bytes, outer: bytes), .failed), (.notEmpty(bytes), .failed),
      (.bare, .failed), (.busy(lock: "sync"), .busy),
      (.rootReplaced(bytes, reason: "another inode"), .failed), (.newerFormat("journal"), .failed),
      (.damaged("pack"), .damaged), (.object(.missing(id)), .damaged),
      (.object(.damaged(id)), .damaged), (.object(.malformed(id, .truncated)), .damaged),
      (.object(.wrongKind(id, expected: .tree, found: .chunk)), .damaged),
      (.object(.system(5)), .failed), (.view("content is not here"), .partly),
      (.configuration(file: bytes, line: 3, reason: "no"), .failed),
      (.unknownMoment("then\n"), .failed), (.ambiguousCommit("abcdef", [id, id]), .failed),
      (.unknownRemote("usb"), .failed), (.remoteExists("usb"), .failed),
      (.invalidPath(bytes), .failed), (.noSuchPath(path), .failed),
      (.wrongKind(path, .directory), .failed), (.uncommitted([path, path, path, path]), .failed),
      (.occupied(path), .failed), (.noConflict(path), .failed), (.notTracked(path), .failed),
      (.contended, .busy), (.system(SystemError(.write, code: 28), path: bytes), .partly),
      (.system(SystemError(.open, code: 13), path: bytes), .failed),
      (.system(SystemError(.open, code: 2), path: bytes), .failed),
      (.system(SystemError(.sync, code: 5), path: bytes), .failed), (.interrupted, .interrupted),
      (.outOfTime, .partly),
    ] + exchange.map { (RepositoryError.exchange($0.0), $0.1) }
  }()

  @Test(arguments: errors) func isWorded(error: RepositoryError, status: FsyncWords.ExitStatus) {
    let text = ErrorText(error)
    #expect(text.status == status)
    for words in [text.message, text.hint ?? ""] {
      #expect(words.first?.isUppercase == false, "begins in lower case: \(words)")
      #expect(!words.hasSuffix(".") && !words.contains("\n"))
    }
  }
}
