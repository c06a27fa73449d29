internal import FsyncCore
internal import FsyncHub

/// What all pages have around their content.
struct Frame {
  /// What the page is about, for its title.
  var title: String
  /// The way to the page: from the hub to the folder above.
  var trail: [(name: HTML, address: Address)] = []
  /// What the page itself is called at the end of the way; nil where the way leads to it.
  var last: HTML?
  /// The repository, and which of its parts the page is.
  var repository: (name: RepositoryName, part: Part?)?

  /// The parts of a repository that each of its pages leads to.
  enum Part: CaseIterable {
    case files, history, conflicts
  }

  /// Puts content into the frame.
  func page(@HTMLBuilder _ content: () -> HTML) -> HTML {
    .document {
      HTML.element(.head) {
        HTML.void(.meta, .utf8)
        HTML.void(
          .meta, .name("viewport"), .content("width=device-width, initial-scale=1"))
        HTML.void(.meta, .name("color-scheme"), .content("light dark"))
        HTML.void(.meta, .name("robots"), .content("noindex, nofollow"))
        HTML.element(.title) { title }
        HTML.void(.link, .rel("stylesheet"), .href(.style))
        HTML.void(.link, .rel("icon"), .href(.icon))
      }
      HTML.element(.body) {
        HTML.element(.a, .style("skip"), .href(part: "content")) { "Skip to the content" }
        header
        HTML.element(.main, .id("content"), content: content)
        HTML.element(.footer) {
          HTML.element(.p) { "An fsync hub. This page only shows; nothing can be changed here." }
        }
      }
    }
  }

  private var header: HTML {
    HTML.element(.header) {
      HTML.element(.nav, .label("Where you are"), .style("trail")) {
        HTML.element(.ol) {
          for step in trail {
            HTML.element(.li) { HTML.element(.a, .href(step.address)) { step.name } }
          }
          if let last { HTML.element(.li, .current) { last } }
        }
      }
      if let repository {
        HTML.element(.nav, .label("Parts of the repository"), .style("parts")) {
          HTML.element(.ul) {
            for part in Part.allCases {
              HTML.element(.li) { link(to: part, of: repository.name, repository.part == part) }
            }
          }
        }
      }
    }
  }

  private func link(to part: Part, of name: RepositoryName, _ isCurrent: Bool) -> HTML {
    let (text, page): (HTML, Address.Page) =
      switch part {
      case .files: ("Files", .overview)
      case .history: ("History", .log(.root, after: nil))
      case .conflicts: ("Conflicts", .conflicts)
      }
    let address = Address.repository(name, page)
    return isCurrent
      ? HTML.element(.a, .href(address), .current) { text }
      : HTML.element(.a, .href(address)) { text }
  }
}

extension Frame {
  /// The way to the hub.
  static let hub: [(name: HTML, address: Address)] = [("Repositories", .hub(after: nil))]

  /// The way to a repository.
  static func trail(to name: RepositoryName) -> [(name: HTML, address: Address)] {
    hub + [(HTML(name.text), .repository(name, .overview))]
  }

  /// The way to a path: every folder above it.
  static func trail(
    to path: Path, of name: RepositoryName, _ address: (Path) -> Address
  ) -> [(name: HTML, address: Address)] {
    var trail = trail(to: name)
    var folder = Path.root
    let components = path.components
    // Of a path that is hundreds of folders deep both ends are enough.
    for (depth, component) in components.dropLast().enumerated() {
      folder = folder.appending(component)
      if components.count > 40, (20..<components.count - 20).contains(depth) {
        if depth == 20 { trail.append(("...", address(folder))) }
        continue
      }
      trail.append((.name(component.bytes), address(folder)))
    }
    return trail
  }

  /// A path for a title.
  static func text(_ path: Path) -> String { path.isRoot ? "/" : NameText.line(path.bytes) }
}
