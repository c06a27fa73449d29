internal import FsyncCore
internal import FsyncHub
internal import FsyncRepo

extension HistoryModel {
  /// The most changes of one commit that are listed.
  private static let mostChanges = 5

  /// The page.
  package var page: HTML {
    let name = path.name.map { HTML.name($0.bytes) }
    return Frame(
      title: "History of \(Frame.text(path)) - \(repository.text)",
      trail: Frame.trail(to: path, of: repository) {
        .repository(repository, .log($0, after: nil))
      },
      last: name ?? "History", repository: (repository, .history)
    ).page {
      HTML.element(.h1) {
        if let name {
          "History of "
          name
        } else {
          "History"
        }
      }
      if !path.isRoot {
        HTML.element(.p, .style("actions")) {
          HTML.element(.a, .href(.repository(repository, .files(.now, path, after: nil)))) {
            "As it is now"
          }
        }
      }
      if entries.isEmpty, next == nil {
        Parts.note {
          isFirst
            ? path.isRoot ? "There is no commit yet." : "No commit has changed this path."
            : "There are no older commits."
        }
      }
      HTML.element(.ol, .style("commits")) {
        for entry in entries {
          HTML.element(.li) {
            Parts.line(CommitFacts(entry), of: repository)
            if let changes = entry.changes { list(changes, of: entry.id) }
          }
        }
      }
      if let next {
        Parts.next("Older commits", .repository(repository, .log(path, after: next.description)))
      }
    }
  }

  private func list(_ changes: [PathChange], of id: ObjectID) -> HTML {
    HTML.element(.ul, .style("changes")) {
      for change in changes.prefix(Self.mostChanges) {
        HTML.element(.li) { ChangeLine.html(change, in: repository, of: id) }
      }
      if changes.count > Self.mostChanges {
        HTML.element(.li) {
          HTML.element(.a, .href(.repository(repository, .commit(id.description)))) {
            Parts.count(UInt64(changes.count - Self.mostChanges), "more path")
          }
        }
      }
    }
  }
}

/// A changed path on a line.
enum ChangeLine {
  /// What became of a path, with a link to what it was made.
  @HTMLBuilder static func html(
    _ change: PathChange, in repository: RepositoryName, of id: ObjectID
  ) -> HTML {
    kind(change.kind)
    " "
    if let from = change.from {
      HTML.path(from)
      " to "
    }
    // No request could name a path that is much longer.
    if change.kind == .deleted || change.path.bytes.count > 4096 {
      HTML.path(change.path)
    } else {
      HTML.element(
        .a, .href(.repository(repository, .files(.commit(id), change.path, after: nil)))
      ) { HTML.path(change.path) }
    }
  }

  private static func kind(_ kind: ChangeKind) -> HTML {
    switch kind {
    case .added: HTML.element(.span, .style("kind added")) { "added" }
    case .deleted: HTML.element(.span, .style("kind deleted")) { "deleted" }
    case .renamed: HTML.element(.span, .style("kind")) { "renamed" }
    case .modified: HTML.element(.span, .style("kind")) { "changed" }
    case .retyped: HTML.element(.span, .style("kind")) { "other kind" }
    case .mode: HTML.element(.span, .style("kind")) { "mode" }
    }
  }
}
