internal import FsyncCore
internal import FsyncHub

extension OverviewModel {
  /// The page.
  package var page: HTML {
    Frame(
      title: repository.text, trail: Frame.hub, last: HTML(repository.text),
      repository: (repository, .files)
    ).page {
      HTML.element(.h1) { repository.text }
      standing
      if let folder {
        HTML.element(.section, .label("Files")) {
          folder.listing
          Parts.downloads(folder.place, .root)
        }
      }
      if !newest.isEmpty {
        HTML.element(.section) {
          HTML.element(.h2) { "Newest commits" }
          Parts.commits(newest, of: repository)
          HTML.element(.p, .style("next")) {
            HTML.element(.a, .href(.repository(repository, .log(.root, after: nil)))) {
              "The whole history"
            }
          }
        }
      }
    }
  }

  @HTMLBuilder private var standing: HTML {
    if heads.isEmpty {
      Parts.note { "Nothing has been pushed here yet." }
    }
    if conflicts > 0 {
      HTML.element(.p, .style("note alert")) {
        HTML.element(.a, .href(.repository(repository, .conflicts))) {
          Parts.count(UInt64(conflicts), "conflict")
        }
        conflicts == 1 ? " is open." : " are open."
      }
    }
    if heads.count > 1 {
      Parts.note {
        "There are \(heads.count) heads, commits that nothing follows yet: "
        for (index, head) in heads.prefix(12).enumerated() {
          if index > 0 { ", " }
          HTML.element(.a, .href(.repository(repository, .commit(head.description)))) {
            HTML.id(head)
          }
        }
        heads.count > 12 ? ", ..." : ""
        folder == nil ? "." : ". The files below are what they merge to."
      }
    }
    if let trouble { HTML.element(.p, .style("note alert")) { trouble } }
  }
}
