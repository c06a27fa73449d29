package import FsyncArchive
package import FsyncCore
package import FsyncHub

/// A page of a hub; every link is made of one.
///
/// ```
/// /                                     the repositories
/// /NAME/                                a repository as it is now
/// /NAME/files/STATE/PATH[?after=NAME]   a folder or a file
/// /NAME/raw/STATE/PATH                  a file's content
/// /NAME/archive/FORMAT/STATE/PATH       a folder's content
/// /NAME/log/PATH[?after=COMMIT]         the history of a path
/// /NAME/commit/COMMIT                   a commit and what it changed
/// /NAME/conflicts                       conflicts that are open
/// /-/style.css, /-/icon.svg             what pages are drawn with
/// ```
package enum Address: Hashable, Sendable {
  /// The repositories after a name; nil for the first ones.
  case hub(after: RepositoryName?)
  /// The style sheet.
  case style
  /// The icon.
  case icon
  /// A page of a repository.
  case repository(RepositoryName, Page)

  /// A page of a repository.
  package enum Page: Hashable, Sendable {
    /// What it is now.
    case overview
    /// A folder or file; of a large folder what comes after a name.
    case files(State, Path, after: Name?)
    /// A file's content.
    case raw(State, Path)
    /// A folder's content.
    case archive(ArchiveFormat, State, Path)
    /// The history of a path, or of everything; after a commit.
    case log(Path, after: String?)
    /// A commit, by digits of its id.
    case commit(String)
    /// Conflicts that are open.
    case conflicts
  }

  /// A state of a repository.
  package enum State: Hashable, Sendable {
    /// The view of its heads.
    case now
    /// A commit, by digits of its id.
    case commit(String)

    /// A commit.
    package static func commit(_ id: ObjectID) -> State { .commit(id.description) }

    /// Says whether the state can never be another one: whether the commit's id is whole.
    package var isFixed: Bool {
      if case .commit(let digits) = self {
        digits.utf8.count == 2 * ObjectID.byteCount
      } else {
        false
      }
    }
  }
}

extension Address {
  /// The address as the target of a request: path and query, percent-coded.
  package var target: String {
    switch self {
    case .hub(let after): return "/" + Self.query(after.map { Array($0.text.utf8) })
    case .style: return "/-/style.css"
    case .icon: return "/-/icon.svg"
    case .repository(let name, let page): return "/\(name.text)/\(page.target)"
    }
  }

  fileprivate static func query(_ after: [UInt8]?) -> String {
    after.map { "?after=\(URLText.encode($0))" } ?? ""
  }
}

extension Address.Page {
  fileprivate var target: String {
    switch self {
    case .overview: ""
    case .files(let state, let path, let after):
      "files/\(state.text)/\(Self.text(path))\(Address.query(after?.bytes))"
    case .raw(let state, let path): "raw/\(state.text)/\(Self.text(path))"
    case .archive(let format, let state, let path):
      "archive/\(format.rawValue)/\(state.text)/\(Self.text(path))"
    case .log(let path, let after):
      "log/\(Self.text(path))\(Address.query(after.map { Array($0.utf8) }))"
    case .commit(let digits): "commit/\(digits)"
    case .conflicts: "conflicts"
    }
  }

  private static func text(_ path: Path) -> String {
    path.components.map { URLText.encode($0.bytes) }.joined(separator: "/")
  }
}

extension Address.State {
  fileprivate var text: String {
    switch self {
    case .now: "now"
    case .commit(let digits): digits
    }
  }
}
