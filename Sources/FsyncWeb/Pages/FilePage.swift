internal import FsyncCore
internal import FsyncHub

extension FileModel {
  /// The page.
  package var page: HTML {
    let name = path.name?.bytes ?? []
    return Frame(
      title: "\(Frame.text(path)) - \(place.repository.text)",
      trail: Frame.trail(to: path, of: place.repository) { place.files($0) },
      last: .name(name), repository: (place.repository, .files)
    ).page {
      HTML.element(.h1) { HTML.name(name) }
      Parts.state(place, path)
      facts
      HTML.element(.p, .style("actions")) {
        if entry.kind == .file {
          HTML.element(.a, .href(place.raw(path))) { "Download" }
          " "
        }
        HTML.element(.a, .href(place.log(path))) { "History of this file" }
        if place.state == .now, let commit = place.commit {
          " "
          HTML.element(
            .a, .href(.repository(place.repository, .files(.commit(commit.id), path, after: nil)))
          ) { "Permanent link" }
        }
      }
      shown
    }
  }

  private var facts: HTML {
    HTML.element(.dl, .style("facts")) {
      fact("Kind") { kind }
      if entry.kind == .file {
        fact("Size") {
          let exact = Parts.count(entry.size, "byte")
          entry.size < 1024 ? HTML(exact) : HTML("\(Figures.bytes(entry.size)) (\(exact))")
        }
        fact("Mode") { HTML.element(.code) { Figures.mode(entry.mode) } }
      }
      fact("Modified") { HTML.time(entry.mtime) }
    }
  }

  private func fact(_ name: HTML, @HTMLBuilder _ value: () -> HTML) -> HTML {
    HTML.element(.div) {
      HTML.element(.dt) { name }
      HTML.element(.dd, content: value)
    }
  }

  private var kind: HTML {
    switch entry.kind {
    case .symlink: "symbolic link"
    case .directory: "folder"
    case .file: entry.mode & 0o111 != 0 ? "file, executable" : "file"
    }
  }

  @HTMLBuilder private var shown: HTML {
    switch content {
    case .text(let bytes) where bytes.isEmpty: Parts.note { "The file is empty." }
    case .text(let bytes): text(Lines(bytes))
    case .image:
      HTML.element(.p, .style("picture")) {
        HTML.void(.img, .src(place.raw(path)), .alt("The picture in this file"))
      }
    case .binary: Parts.note { "This file is no text, and no picture that could be shown here." }
    case .large: Parts.note { "This file is too large to be shown here." }
    case .target(let target):
      HTML.element(.p) {
        "The link leads to "
        HTML.element(.code) { HTML.name(target) }
        "."
      }
    case .absent(let words): HTML.element(.p, .style("note alert")) { words }
    }
  }

  @HTMLBuilder private func text(_ lines: Lines) -> HTML {
    let shown = min(lines.count, Self.mostLines)
    HTML.element(.div, .style("scroll"), .reachable) {
      HTML.element(.table, .style("code")) {
        HTML.element(.tbody) {
          for number in 1...shown {
            HTML.element(.tr, .id(line: number)) {
              HTML.element(.td, .style("count")) {
                HTML.element(.a, .href(line: number)) { "\(number)" }
              }
              HTML.element(.td) { Self.line(lines.line(number - 1)) }
            }
          }
        }
      }
    }
    if shown < lines.count {
      Parts.note { "\(Parts.count(UInt64(lines.count - shown), "more line")) not shown here." }
    }
  }

  /// A line without its end, and no more of it than a page can bear.
  static func line(_ bytes: ArraySlice<UInt8>) -> HTML {
    var line = bytes
    if line.last == 0x0a { line.removeLast() }
    if line.last == 0x0d { line.removeLast() }
    guard line.count > longestLine else {
      return HTML.element(.code) { NameText.visible(Array(line)) }
    }
    return HTML.element(.code) {
      NameText.visible(Array(line.prefix(longestLine)))
      HTML.element(.em) { " ... \(Parts.count(UInt64(line.count - longestLine), "more byte"))" }
    }
  }
}
