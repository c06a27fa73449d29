internal import FsyncCore
internal import FsyncHub

extension ConflictsModel {
  /// The page.
  package var page: HTML {
    Frame(
      title: "Conflicts - \(place.repository.text)", trail: Frame.trail(to: place.repository),
      last: "Conflicts", repository: (place.repository, .conflicts)
    ).page {
      HTML.element(.h1) { "Conflicts" }
      if conflicts.isEmpty {
        Parts.note { "No conflict is open." }
      } else {
        HTML.element(.p) {
          "Every version is kept, under a name of its own. A person who has a copy of this repository decides, with "
          HTML.element(.code) { "fsync resolve" }
          "."
        }
      }
      for item in conflicts { section(item) }
      if hasMore { Parts.note { "More conflicts are open than are listed here." } }
    }
  }

  private func section(_ item: Item) -> HTML {
    HTML.element(.section, .style("conflict")) {
      HTML.element(.h2) { HTML.path(item.path) }
      HTML.element(.p) { Self.words(item.kind) }
      HTML.element(.table, .style("listing")) {
        HTML.element(.thead) {
          HTML.element(.tr) {
            HTML.element(.th, .scope("col")) { "Version" }
            HTML.element(.th, .scope("col"), .style("number")) { "Size" }
            HTML.element(.th, .scope("col")) { "Made" }
          }
        }
        HTML.element(.tbody) { for version in item.versions { row(version) } }
      }
      if item.hasMore { Parts.note { "There are more versions than are listed here." } }
    }
  }

  private func row(_ version: Version) -> HTML {
    HTML.element(.tr) {
      HTML.element(.th, .scope("row")) {
        HTML.element(.a, .href(place.files(version.path))) { HTML.path(version.path) }
      }
      HTML.element(.td, .style("number")) {
        version.entry.kind == .directory ? "folder" : HTML(Figures.bytes(version.entry.size))
      }
      HTML.element(.td) {
        if let facts = version.commit {
          HTML.time(facts.commit.time, zone: facts.commit.zone)
          " by "
          HTML.name(facts.commit.replicaName)
          ", "
          HTML.element(.a, .href(.repository(place.repository, .commit(facts.id.description)))) {
            HTML.id(facts.id)
          }
        }
      }
    }
  }

  private static func words(_ kind: Conflict.Kind) -> String {
    switch kind {
    case .edits: "Edited on several sides."
    case .additions: "Added on several sides."
    case .kinds: "A file or link on one side, a folder on another."
    case .editKept: "Edited on one side and deleted on another; the edit stayed."
    case .renameKept: "Renamed on one side and deleted on another; the renamed one stayed."
    case .moveDropped: "Moved into itself by both sides together; one move was dropped."
    case .strategyUnknown: "Its way of merging is not known to this version."
    }
  }
}
