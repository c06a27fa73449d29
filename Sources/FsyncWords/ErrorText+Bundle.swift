package import FsyncCore
package import FsyncRepo

extension ErrorText {
  /// A bundle that cannot be made, read or taken.
  package init(_ failure: BundleFailure) {
    switch failure {
    case .notABundle(let path):
      self.init(
        "not a bundle: \(NameText.quoted(path))", hint: "fsync bundle create makes one")
    case .occupied(let path):
      self.init(
        "something that is no bundle is at \(NameText.quoted(path)) already",
        hint: "choose another name; nothing was written")
    case .newer(let version):
      self.init(
        "the bundle was written by a newer fsync (version \(version))",
        hint: "install that version here; nothing was changed")
    case .truncated:
      self.init(
        "the bundle is cut off: its end is missing",
        hint: "copy it again from where it was made, or create it anew; nothing was changed")
    case .damaged(let what):
      self.init(
        "the bundle is damaged: \(NameText.line(Array(what.utf8)))",
        hint: "copy it again from where it was made, or create it anew; nothing was changed")
    case .otherRepository(let ours, let theirs):
      self.init(
        "the bundle is of another repository (\(theirs), this one is \(ours))",
        hint: "fsync clone FILE FOLDER makes a replica of that one; nothing was changed")
    case .lacksBase(let ids, let maker):
      self.init(
        "the bundle builds on \(BundleCheck.list(ids)), not here",
        hint: "import the bundle with \(ids.count == 1 ? "it" : "them") first, or have one made "
          + "on \(NameText.line(maker)) that brings more: fsync bundle create without --for and "
          + "--since; nothing was changed",
        status: .partly)
    case .incomplete(let count, let id):
      self.init(
        "the bundle builds on content that is not here: \(Figures.count(count, "object")), "
          + "such as \(id.short)",
        hint: "where it was pruned here, have a bundle made with fsync bundle create without "
          + "--for and --since; nothing was changed",
        status: .partly)
    case .unknownReplica(let name, let known):
      let names = known.map { NameText.line($0) }.joined(separator: ", ")
      self.init(
        "nothing is known of what \(NameText.quoted(Array(name.utf8))) has",
        hint: known.isEmpty
          ? "a sync with it, or a bundle from it, tells; without --for the bundle brings everything"
          : "known are \(names); without --for the bundle brings everything")
    case .ambiguousReplica(let name, let ids):
      self.init(
        "several replicas are called \(NameText.quoted(Array(name.utf8)))",
        hint: "give an id: \(ids.map(\.description).joined(separator: ", "))")
    }
  }
}

extension BundleCheck {
  /// Commits for people: a few by their ids.
  package static func list(_ ids: [ObjectID]) -> String {
    let names = ids.prefix(4).map(\.short).joined(separator: ", ")
    return "\(Figures.count(ids.count, "commit")): \(names)\(ids.count > 4 ? ", ..." : "")"
  }
}
