internal import FsyncCore
internal import FsyncHub

extension FolderModel {
  /// The page.
  package var page: HTML {
    let name = path.name.map { HTML.name($0.bytes) }
    return Frame(
      title: "\(Frame.text(path)) - \(place.repository.text)",
      trail: Frame.trail(to: path, of: place.repository) { place.files($0) },
      last: name ?? "Files", repository: (place.repository, .files)
    ).page {
      HTML.element(.h1) { name ?? HTML(place.repository.text) }
      Parts.state(place, path)
      if place.heads > 1 {
        Parts.note { "What \(place.heads) heads merge to." }
      }
      HTML.element(.p, .style("actions")) {
        HTML.element(.a, .href(place.log(path))) { "History of this folder" }
        if place.state == .now, let commit = place.commit {
          " "
          HTML.element(
            .a, .href(.repository(place.repository, .files(.commit(commit.id), path, after: nil)))
          ) { "Permanent link" }
        }
      }
      listing
      Parts.downloads(place, path)
    }
  }

  /// The table of what is in the folder.
  @HTMLBuilder var listing: HTML {
    if count > UInt64(entries.count) {
      HTML.element(.p) {
        "\(entries.count) of \(Parts.count(count, "entry", "entries"))."
      }
    }
    if entries.isEmpty {
      Parts.note { "There is nothing in this folder." }
    } else {
      HTML.element(.table, .style("listing")) {
        HTML.element(.thead) {
          HTML.element(.tr) {
            HTML.element(.th, .scope("col")) { "Name" }
            HTML.element(.th, .scope("col"), .style("number")) { "Size" }
            HTML.element(.th, .scope("col"), .style("wide")) { "Modified (UTC)" }
          }
        }
        HTML.element(.tbody) {
          // Folders first, within a page.
          for child in entries where child.entry.kind == .directory { row(child) }
          for child in entries where child.entry.kind != .directory { row(child) }
        }
      }
    }
    if let next { Parts.next("More entries", place.files(path, after: next)) }
  }

  private func row(_ child: TreeEntry) -> HTML {
    let (entry, address) = (child.entry, place.files(path.appending(child.name)))
    return HTML.element(.tr) {
      HTML.element(.th, .scope("row")) {
        mark(entry)
        HTML.element(.a, .href(address)) { HTML.name(child.name.bytes) }
        if entry.kind == .file, entry.mode & 0o111 != 0 {
          " "
          HTML.element(.small, .style("tag")) { "executable" }
        }
        if entry.kind == .symlink {
          " "
          HTML.element(.small, .style("tag")) { "link" }
        }
      }
      HTML.element(.td, .style("number")) {
        if entry.kind == .file { Figures.bytes(entry.size) }
      }
      HTML.element(.td, .style("wide")) {
        if entry.kind != .directory { HTML.time(entry.mtime) }
      }
    }
  }

  private func mark(_ entry: Entry) -> HTML {
    switch entry.kind {
    case .directory: HTML.element(.span, .style("mark folder"), .title("folder")) { "" }
    case .file: HTML.element(.span, .style("mark file"), .ornament) { "" }
    case .symlink: HTML.element(.span, .style("mark link"), .ornament) { "" }
    }
  }
}
