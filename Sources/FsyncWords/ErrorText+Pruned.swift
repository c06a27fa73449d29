internal import FsyncCore
package import FsyncRepo

extension ErrorText {
  /// Content that is not kept here: when and why it went, and who may still have it.
  package init(_ content: PrunedContent) {
    let what =
      content.commit.map { "the content of commit \($0.short)" } ?? "content that a merge needs"
    let time = TimeText.plain(content.time, zone: LocalZone.system.minutes(content.time.seconds))
    let message =
      switch content.cause {
      case .pruned(let policy):
        "\(what) was pruned here on \(time), keeping \(NameText.line(Array(policy.utf8)))"
      case .arrived(let name):
        "\(what) is not here: it came on \(time) from \(NameText.line(name)), "
          + "where it had been pruned"
      }
    self.init(message, hint: ErrorText.hint(content))
  }

  private static func hint(_ content: PrunedContent) -> String {
    guard let first = content.remotes.first else {
      return "log, ls and diff --stat still show what it was; another replica may have it"
    }
    let names = content.remotes.prefix(4).map { place in
      let name = NameText.line(Array(place.name.utf8))
      return place.hadCommit ? "\(name) (had the commit when last synced)" : name
    }
    let url = NameText.line(Array(first.url.utf8))
    let example =
      first.url.hasPrefix("/")
      ? "; for instance: fsync -C \(NameText.quoted(Array(first.url.utf8))) "
        + "cat PATH --at \(content.commit?.short ?? "TIME")"
      : "; run the same command there: \(url)"
    return "may still have it: \(names.joined(separator: ", "))\(example)"
  }
}
