internal import FsyncCore
package import FsyncRepo

/// Why a page cannot be shown.
package enum WebError: Error, Sendable {
  /// There is nothing at an address.
  case notFound
  /// What was there is not kept any more, in words.
  case gone(String)
  /// The part of a file that was asked for lies behind its end: how long it is.
  case noSuchPart(of: UInt64)
  /// The repository cannot be read.
  case repository(RepositoryError)

  /// What an error of a repository means to whoever asks for a page.
  init(_ error: RepositoryError) {
    switch error {
    case .unknownMoment, .ambiguousCommit, .noSuchPath, .wrongKind, .invalidPath: self = .notFound
    case .pruned(let content): self = .gone(Words.pruned(content))
    default: self = .repository(error)
    }
  }
}

/// Runs a body whose errors are a page's.
func showing<Value>(
  _ body: () throws(RepositoryError) -> Value
) throws(WebError) -> Value {
  do throws(RepositoryError) { return try body() } catch { throw WebError(error) }
}

/// Runs a body that reads objects for a page.
func showingObjects<Value>(
  _ body: () throws(ObjectError) -> Value
) throws(WebError) -> Value {
  do throws(ObjectError) { return try body() } catch { throw .repository(.object(error)) }
}

/// Words about content that is not here.
enum Words {
  /// When and why content went.
  static func pruned(_ content: PrunedContent) -> String {
    let what =
      content.commit.map { "The content of commit \($0.short)" }
      ?? "Content that the merge of the heads needs"
    let time = TimeText.plain(content.time, zone: 0)
    return switch content.cause {
    case .pruned(let policy): "\(what) was pruned here on \(time), keeping \(policy)."
    case .arrived(let name):
      "\(what) is not here: it came on \(time) from \(NameText.line(name)), where it had been pruned."
    }
  }

  /// Content that should be here.
  static let missing =
    "This content is missing or damaged here. Whoever runs this hub learns more from fsync fsck."
}
