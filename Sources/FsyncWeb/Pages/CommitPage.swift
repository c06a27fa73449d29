internal import FsyncCore
internal import FsyncHub
internal import FsyncRepo

extension CommitModel {
  /// The page.
  package var page: HTML {
    let short = facts.id.short
    return Frame(
      title: "Commit \(short) - \(repository.text)",
      trail: Frame.trail(to: repository) + [
        ("History", .repository(repository, .log(.root, after: nil)))
      ],
      last: HTML(short), repository: (repository, .history)
    ).page {
      HTML.element(.h1) {
        facts.title.isEmpty ? "Commit without a message" : HTML.name(facts.title)
      }
      if !facts.rest.isEmpty {
        HTML.element(.p, .style("message")) {
          HTML.lines(Array(facts.rest.prefix(Self.longestMessage)))
          if facts.rest.count > Self.longestMessage { HTML.element(.em) { " ..." } }
        }
      }
      about
      HTML.element(.p, .style("actions")) {
        HTML.element(
          .a, .href(.repository(repository, .files(.commit(facts.id), .root, after: nil)))
        ) { "Files as of this commit" }
      }
      if let pruned { HTML.element(.p, .style("note alert")) { pruned } }
      list
      for (number, change) in changes.enumerated() { detail(change, number) }
    }
  }

  /// The longest part of a message that is shown, in bytes.
  private static let longestMessage = 64 << 10

  private var about: HTML {
    let commit = facts.commit
    return HTML.element(.dl, .style("facts")) {
      fact("Author") { HTML.name(commit.author) }
      fact("Replica") {
        HTML.name(commit.replicaName)
        ", its number \(commit.sequence)"
        commit.kind == .manual ? HTML.empty : HTML(", \(Self.words(commit.kind))")
      }
      fact("Date") { HTML.time(commit.time, zone: commit.zone) }
      HTML.element(.div, .style("whole")) {
        HTML.element(.dt) { "Commit" }
        HTML.element(.dd) { HTML.element(.code) { facts.id.description } }
      }
      if !commit.parents.isEmpty {
        fact(commit.parents.count == 1 ? "Made on" : "Made on the merge of") {
          for (index, parent) in commit.parents.prefix(16).enumerated() {
            if index > 0 { " " }
            HTML.element(.a, .href(.repository(repository, .commit(parent.description)))) {
              HTML.id(parent)
            }
          }
          if commit.parents.count > 16 { " and \(commit.parents.count - 16) more" }
        }
      }
    }
  }

  private func fact(_ name: HTML, @HTMLBuilder _ value: () -> HTML) -> HTML {
    HTML.element(.div) {
      HTML.element(.dt) { name }
      HTML.element(.dd, content: value)
    }
  }

  private static func words(_ kind: Commit.Kind) -> String {
    switch kind {
    case .manual: "by hand"
    case .automatic: "automatic"
    case .restore: "a restore"
    case .resolve: "a conflict resolved"
    case .approved: "approved"
    }
  }

  @HTMLBuilder private var list: HTML {
    HTML.element(.h2) {
      hasMore
        ? "More than \(Parts.count(UInt64(changes.count), "path")) changed"
        : "\(Parts.count(UInt64(changes.count), "path")) changed"
    }
    if hasMore {
      Parts.note {
        "The first \(changes.count) are listed, without renames. "
        HTML.element(.code) { "fsync show \(facts.id.short)" }
        " has all of them."
      }
    }
    if !changes.isEmpty {
      HTML.element(.ul, .style("changes")) {
        for change in changes {
          HTML.element(.li) {
            ChangeLine.html(change.change, in: repository, of: facts.id)
            if case .lines(let lines) = change.detail {
              " "
              HTML.element(.span, .style("plus")) { "+\(lines.added)" }
              " "
              HTML.element(.span, .style("minus")) { "-\(lines.removed)" }
            }
          }
        }
      }
    }
  }

  @HTMLBuilder private func detail(_ change: Change, _ number: Int) -> HTML {
    switch change.detail {
    case .none, .left: HTML.empty
    case .lines(let lines):
      HTML.element(.section, .style("difference")) {
        heading(change)
        lines.html
      }
    case .binary:
      HTML.element(.section, .style("difference")) {
        heading(change)
        Parts.note { "No text: \(Self.sizes(change.change))." }
      }
    case .large:
      HTML.element(.section, .style("difference")) {
        heading(change)
        Parts.note { "Too large to be compared here: \(Self.sizes(change.change))." }
      }
    case .absent(let words):
      HTML.element(.section, .style("difference")) {
        heading(change)
        Parts.note { words }
      }
    }
  }

  private func heading(_ change: Change) -> HTML {
    HTML.element(.h3) { ChangeLine.html(change.change, in: repository, of: facts.id) }
  }

  private static func sizes(_ change: PathChange) -> String {
    switch (change.old, change.new) {
    case (let old?, let new?): "\(Figures.bytes(old.size)) before, \(Figures.bytes(new.size)) after"
    case (let old?, nil): "\(Figures.bytes(old.size)) before"
    case (nil, let new?): Figures.bytes(new.size)
    case (nil, nil): "nothing"
    }
  }
}

extension LineChanges {
  /// The lines as a table: numbers before and after, what became of each, and the line.
  @HTMLBuilder var html: HTML {
    HTML.element(.div, .style("scroll"), .reachable) {
      HTML.element(.table, .style("code")) {
        for group in groups {
          HTML.element(.tbody) { for line in group { Self.row(line) } }
        }
      }
    }
    if isCut { Parts.note { "More lines changed than are shown here." } }
  }

  /// The longest part of a line that is shown, in bytes.
  private static let longest = 1000

  private static func row(_ line: Line) -> HTML {
    let cells = HTML.joined([
      HTML.element(.td, .style("count")) { line.old.map { "\($0)" } ?? "" },
      HTML.element(.td, .style("count")) { line.new.map { "\($0)" } ?? "" },
    ])
    return switch line.fate {
    case .kept:
      HTML.element(.tr) {
        cells; HTML.element(.td) { text(" ", line) }
      }
    case .added:
      HTML.element(.tr, .style("added")) {
        cells
        HTML.element(.td) { HTML.element(.ins) { text("+", line) } }
      }
    case .removed:
      HTML.element(.tr, .style("removed")) {
        cells
        HTML.element(.td) { HTML.element(.del) { text("-", line) } }
      }
    }
  }

  @HTMLBuilder private static func text(_ mark: String, _ line: Line) -> HTML {
    HTML.element(.code) {
      mark
      NameText.visible(Array(line.bytes.prefix(longest)))
      if line.bytes.count > longest { HTML.element(.em) { " ..." } }
      if line.isOpen { HTML.element(.em) { " (no newline at the end)" } }
    }
  }
}
