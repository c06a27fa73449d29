internal import FsyncCore
package import FsyncRepo
internal import FsyncSystem

/// What went wrong, in words: what happened, and what to do next; and the status to end with.
package struct ErrorText: Error {
  package var message: String
  package var hint: String?
  package var status: ExitStatus

  package init(_ message: String, hint: String? = nil, status: ExitStatus = .failed) {
    self.message = message
    self.hint = hint
    self.status = status
  }
}

extension ErrorText {
  /// What a command could not do.
  package init(_ error: RepositoryError) {
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
    case .unavailable(let id):
      self.init(
        "the folder cannot be brought up to date here: merging needs content that is not here, "
          + "\(id.short)",
        hint: "history is complete and the folder is as it was; sync with a replica that keeps "
          + "more of the old content, or take over what another head has, with fsync restore PATH "
          + "--at COMMIT", status: .partly)
    case .pruned(let content): self.init(content)
    case .noPolicy:
      self.init(
        "no rule says what to keep",
        hint: "give --keep-last, --keep-within, --keep-daily or another, or configure them in "
          + "[prune]; man fsync-prune", status: .usage)
    case .configuration(let file, let line, let reason):
      let place = line.map { ", line \($0)" } ?? ""
      self.init(
        file.isEmpty
          ? "configuration: \(reason)"
          : "configuration \(NameText.quoted(file))\(place): \(NameText.line(Array(reason.utf8)))",
        hint: file.isEmpty ? nil : "correct the file; man fsync-config explains every key")
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
    case .bundle(let failure): self.init(failure)
    case .interrupted:
      self.init(
        "interrupted", hint: "what was done is safe; the same command goes on",
        status: .interrupted)
    case .outOfTime:
      self.init(
        "the time that --max-time gave is over",
        hint: "what was done is safe; the next run goes on", status: .partly)
    }
  }
}
