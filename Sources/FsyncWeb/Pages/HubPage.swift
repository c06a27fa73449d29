internal import FsyncCore
internal import FsyncHub

extension HubModel {
  /// The page.
  package var page: HTML {
    Frame(title: "Repositories", last: "Repositories").page {
      HTML.element(.h1) { "Repositories" }
      if lines.isEmpty {
        Parts.note { "There is no repository that you may read." }
      } else {
        HTML.element(.table, .style("listing")) {
          HTML.element(.thead) {
            HTML.element(.tr) {
              HTML.element(.th, .scope("col")) { "Name" }
              HTML.element(.th, .scope("col")) { "Last change" }
              HTML.element(.th, .scope("col"), .style("number")) { "Conflicts" }
            }
          }
          HTML.element(.tbody) { for line in lines { row(line) } }
        }
        if let next { Parts.next("More repositories", .hub(after: next)) }
      }
    }
  }

  private func row(_ line: Line) -> HTML {
    HTML.element(.tr) {
      HTML.element(.th, .scope("row")) {
        HTML.element(.a, .href(.repository(line.name, .overview))) { line.name.text }
      }
      if let facts = line.facts {
        HTML.element(.td) {
          if let newest = facts.newest {
            HTML.time(newest.commit.time, zone: newest.commit.zone)
            HTML.element(.span, .style("aside")) {
              " by "
              HTML.name(newest.commit.replicaName)
            }
          } else {
            HTML.element(.em) { "empty" }
          }
        }
        HTML.element(.td, .style("number")) {
          if let conflicts = facts.conflicts {
            if conflicts > 0 {
              HTML.element(.a, .style("warn"), .href(.repository(line.name, .conflicts))) {
                "\(conflicts)"
              }
            } else {
              "0"
            }
          } else {
            HTML.element(.span, .title("This would take too long to find out here.")) { "?" }
          }
        }
      } else {
        HTML.element(.td) { HTML.element(.em) { "cannot be read" } }
        HTML.element(.td, .style("number")) { "?" }
      }
    }
  }
}
