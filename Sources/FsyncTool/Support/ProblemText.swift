import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords

extension PathProblem {
  /// The path for people.
  var name: String { path.isEmpty ? "." : NameText.quoted(path) }

  /// The problem in words, without the path.
  var text: String {
    switch reason {
    case .unreadable(let error) where error.isDenied: "permission denied; history keeps it"
    case .unreadable(let error): "\(error.message.lowercased()); history keeps it"
    case .changing: "changes while it is read; the next commit takes it"
    case .special(let kind): "\(PathProblem.noun(kind)); skipped"
    case .otherFileSystem: "another file system; skipped (scan.cross-file-systems)"
    case .notMounted: "its file system is not mounted; history keeps it"
    case .nestedRepository: "another repository; skipped"
    case .name: "its name cannot be stored; skipped"
    case .unsettled: "moved or deleted just now; the next commit looks again"
    case .held(let reason): "held: \(reason)"
    case .notWritten: "not written yet; the next sync brings it"
    }
  }

  /// One word for scripts.
  var code: String {
    switch reason {
    case .unreadable: "unreadable"
    case .changing: "changing"
    case .special: "special"
    case .otherFileSystem: "other-file-system"
    case .notMounted: "not-mounted"
    case .nestedRepository: "nested-repository"
    case .name: "name"
    case .unsettled: "unsettled"
    case .held: "held"
    case .notWritten: "not-written"
    }
  }

  /// What it means for the end of a command: what is skipped by design is no trouble.
  var status: ExitStatus {
    switch reason {
    case .special, .otherFileSystem, .nestedRepository: .done
    case .held: .conflicts
    case .unreadable, .changing, .name, .notMounted, .unsettled, .notWritten: .partly
    }
  }

  /// The problem for scripts.
  var json: JSON {
    [
      "path": path.isEmpty ? .string(".") : .name(path), "reason": .string(code),
      "text": .string(text),
    ]
  }

  private static func noun(_ kind: FileKind) -> String {
    switch kind {
    case .fifo: "a FIFO"
    case .socket: "a socket"
    default: "a device"
    }
  }
}
