import FsyncCore
import FsyncRepo
import FsyncSystem

/// What went wrong, in words: what happened, and what to do next; and the status to end with.
struct ErrorText: Error {
  var message: String
  var hint: String?
  var status: ExitStatus

  init(_ message: String, hint: String? = nil, status: ExitStatus = .failed) {
    self.message = message
    self.hint = hint
    self.status = status
  }
}

extension ErrorText {
  init(_ error: RepositoryError) {
    switch error {
    case .notARepository(let path):
      self.init(
        path.isEmpty
          ? "this is no fsync repository"
          : "no fsync repository here or above: \(NameText.quoted(path))",
        hint: "fsync init makes one of a folder, fsync clone copies one")
    case .alreadyARepository(let path):
      self.init(
        "already a repository: \(NameText.quoted(path))", hint: "fsync status shows its state")
    case .insideARepository(let path, let outer):
      self.init(
        "\(NameText.quoted(path)) lies inside the repository \(NameText.quoted(outer))",
        hint: "choose a folder outside, or work with the outer repository; nothing was made")
    case .notEmpty(let path):
      self.init(
        "the folder is not empty: \(NameText.quoted(path))",
        hint: "name a new or an empty folder; what is there was not touched")
    case .bare:
      self.init(
        "this repository is bare: it has no folder to work on",
        hint: "run the command in a clone of it")
    case .busy:
      self.init(
        "another fsync is at work in this repository",
        hint: "try again when it has ended; nothing was changed", status: .busy)
    case .rootReplaced(let path, let reason):
      self.init(
        "not the folder that this replica was made for: \(NameText.quoted(path)) (\(reason))",
        hint: "mount the disk if it is missing; if the folder was copied, moved or restored, "
          + "fsync doctor --adopt goes on with it; nothing was changed")
    case .newerFormat(let what):
      self.init(
        "the repository was written by a newer fsync (\(what))",
        hint: "install that version here; nothing was changed")
    case .damaged(let what):
      self.init(
        "the repository is damaged: \(NameText.line(Array(what.utf8)))",
        hint: ErrorText.damageHint, status: .damaged)
    case .object(let error): self.init(error)
    case .view(let reason):
      self.init(
        "the folder cannot be brought up to date here: \(reason)",
        hint: "history is complete and the folder is as it was; sync with a replica that has it, "
          + "or update fsync", status: .partly)
    case .configuration(let file, let line, let reason):
      let place = line.map { ", line \($0)" } ?? ""
      self.init(
        file.isEmpty
          ? "configuration: \(reason)"
          : "configuration \(NameText.quoted(file))\(place): \(NameText.line(Array(reason.utf8)))",
        hint: file.isEmpty ? nil : "correct the file; man fsync-config explains every key")
    default: self.init(ofRequest: error)
    }
  }

  /// What a person asked for and cannot be done.
  private init(ofRequest error: RepositoryError) {
    switch error {
    case .unknownMoment(let text):
      self.init(
        "no commit and no time: \(NameText.quoted(Array(text.utf8)))",
        hint: "give a commit's first 6 or more digits, a date, or a time such as '2 days ago'; "
          + "paths come after --")
    case .ambiguousCommit(let text, let ids):
      let first = ids.prefix(4).map { String($0.description.prefix(16)) }
      self.init(
        "\(text) begins the ids of \(ids.count) commits: \(first.joined(separator: ", "))",
        hint: "give more digits")
    case .unknownRemote(let name):
      self.init(
        "no remote is called \(NameText.quoted(Array(name.utf8)))",
        hint: "fsync remote lists them, fsync remote add NAME PLACE adds one")
    case .remoteExists(let name):
      self.init(
        "a remote is called \(NameText.quoted(Array(name.utf8))) already",
        hint: "fsync remote set-url gives it another place")
    case .invalidPath(let path):
      self.init(
        "not a path of this folder: \(NameText.quoted(path))",
        hint: "name something inside the repository, and nothing of .fsync")
    case .noSuchPath(let path):
      self.init(
        "nothing is at \(NameText.quoted(path))",
        hint: "fsync ls lists what there is, fsync log --deleted what there was")
    case .wrongKind(let path, .directory):
      self.init("\(NameText.quoted(path)) is a folder", hint: "-r includes what is in it")
    case .wrongKind(let path, let kind):
      self.init("\(NameText.quoted(path)) is a \(kind == .file ? "file" : "link")")
    case .uncommitted(let paths):
      let names = paths.prefix(3).map { NameText.quoted($0) }.joined(separator: ", ")
      let more = paths.count > 3 ? " and \(paths.count - 3) more" : ""
      self.init(
        "changes that no commit holds would be overwritten: \(names)\(more)",
        hint: "fsync commit first; nothing was changed")
    case .occupied(let path):
      self.init(
        "something is at \(NameText.quoted(path)) already",
        hint: "choose another path, or delete what is there with fsync rm")
    case .noConflict(let path):
      self.init(
        "no conflict is open at \(NameText.quoted(path))", hint: "fsync conflicts lists them")
    case .notTracked(let path):
      self.init("\(NameText.quoted(path)) is not in any commit", hint: "fsync ls lists what is")
    case .contended:
      self.init(
        "the repository changed too often meanwhile", hint: "try again; nothing was changed",
        status: .busy)
    case .system(let error, let path): self.init(error, path: path)
    case .exchange(let failure): self.init(failure)
    case .interrupted:
      self.init(
        "interrupted", hint: "what was done is safe; the same command goes on",
        status: .interrupted)
    case .outOfTime:
      self.init(
        "the time that --max-time gave is over",
        hint: "what was done is safe; the next run goes on", status: .partly)
    default: self.init("\(error)")
    }
  }

  private static let damageHint =
    "fsync fsck says what is damaged; the files in the folder are not concerned, and another "
    + "replica has what they were"

  private init(_ error: ObjectError) {
    switch error {
    case .missing(let id):
      self.init("object \(id) is missing", hint: ErrorText.damageHint, status: .damaged)
    case .damaged(let id):
      self.init("object \(id) is damaged", hint: ErrorText.damageHint, status: .damaged)
    case .wrongKind(let id, let expected, let found):
      self.init(
        "object \(id) is a \(found) where a \(expected) belongs", hint: ErrorText.damageHint,
        status: .damaged)
    case .malformed(let id, _):
      self.init("object \(id) does not decode", hint: ErrorText.damageHint, status: .damaged)
    case .system(let code): self.init(SystemError(.read, code: code), path: [])
    }
  }

  /// A system call that failed on a path.
  init(_ error: SystemError, path: [UInt8]) {
    let place = path.isEmpty ? "" : "\(NameText.quoted(path)): "
    if error.isFull {
      self.init(
        "\(place)the disk is full",
        hint: "make room and run the command again; what was committed is safe", status: .partly)
    } else if error.isDenied {
      self.init("\(place)permission denied", hint: "check the owner and mode of the path")
    } else if error.isAbsent {
      self.init("\(place)no such file or folder", hint: "check the spelling of the path")
    } else {
      self.init(
        "\(place)\(error.message.lowercased()) (\(error.call))",
        hint: "the system refused; what was committed is safe")
    }
  }

  private init(_ failure: ExchangeFailure) {
    switch failure {
    case .unreachable(let reason):
      self.init(
        "the remote cannot be reached: \(NameText.line(Array(reason.utf8)))",
        hint: "check that it is mounted, switched on and spelled right, and try again; "
          + "nothing was exchanged", status: .partly)
    case .disconnected(let reason):
      self.init(
        "the connection ended in the middle: \(NameText.line(Array(reason.utf8)))",
        hint: "try again: what arrived is kept", status: .partly)
    case .timeout:
      self.init(
        "the remote does not answer", hint: "try again; sync.timeout sets how long to wait",
        status: .partly)
    case .otherRepository(let ours, let theirs):
      self.init(
        "the remote is another repository (\(theirs), this one is \(ours))",
        hint: "check its place with fsync remote; nothing was exchanged")
    case .version(let reason):
      self.init(
        "the remote speaks another version: \(NameText.line(Array(reason.utf8)))",
        hint: "install the same version of fsync on both machines")
    case .protocolViolation(let reason):
      self.init(
        "the remote sent what cannot be accepted: \(NameText.line(Array(reason.utf8)))",
        hint: "nothing of it was taken; run fsync fsck there")
    case .remote(let trouble, let details): self.init(trouble, details)
    }
  }

  private init(_ trouble: RemoteTrouble, _ details: String) {
    let text = NameText.line(Array(details.utf8))
    let more = text.isEmpty ? "" : " (\(text))"
    switch trouble {
    case .noRepository:
      self.init(
        "no repository is at the remote's place\(more)",
        hint: "mount its disk, or check its place with fsync remote", status: .partly)
    case .busy:
      self.init(
        "another fsync is at work at the remote", hint: "try again in a moment", status: .partly)
    case .refused:
      self.init(
        "the remote does not accept what was sent\(more)",
        hint: "run fsync fsck here; nothing was taken there")
    case .damaged:
      self.init("the remote is damaged\(more)", hint: "run fsync fsck there")
    case .full:
      self.init(
        "the remote's disk is full", hint: "make room there and try again", status: .partly)
    case .denied:
      self.init(
        "the remote lacks a permission\(more)", hint: "check owner and mode there",
        status: .partly)
    case .timeout:
      self.init("the remote heard nothing for too long", hint: "try again", status: .partly)
    case .interrupted:
      self.init("the remote was interrupted", hint: "try again", status: .partly)
    case .rootReplaced:
      self.init(
        "the remote's folder is not the one that its replica was made for\(more)",
        hint: "mount its disk, or run fsync doctor --adopt there")
    case .other:
      self.init("the remote failed\(more)", hint: "see to it there, and try again", status: .partly)
    }
  }
}
