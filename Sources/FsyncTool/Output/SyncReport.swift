import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords

/// What a sync did, remote by remote.
struct SyncReport {
  /// Each remote's title, where it is known, and what came of it.
  let results: [(remote: String?, result: Result<SyncResult, RepositoryError>)]

  init(_ results: [(remote: String?, result: Result<SyncResult, RepositoryError>)]) {
    self.results = results
  }

  /// The results of the remotes that were reached.
  var successes: [SyncResult] { results.compactMap { try? $0.result.get() } }

  /// The report for scripts: totals, and each remote.
  var json: JSON {
    let all = successes
    // Every result has the same commit and the same update: there is one folder.
    let last = all.last
    return [
      "heads": .ids(last?.heads ?? []), "view": .id(last?.view),
      "sent": [
        "bytes": .integer(all.reduce(0) { $0 + $1.bytesSent }),
        "objects": .integer(all.reduce(0) { $0 + $1.objectsSent }),
      ],
      "received": [
        "bytes": .integer(all.reduce(0) { $0 + $1.bytesReceived }),
        "objects": .integer(all.reduce(0) { $0 + $1.objectsReceived }),
      ],
      "roundTrips": .integer(all.reduce(0) { $0 + $1.roundTrips }),
      "commits": .ids(last?.commit.commits ?? []),
      "committed": last?.commit.changes.json ?? [], "changes": last?.update.changes.json ?? [],
      "problems": .array(problems.map(\.json)),
      "conflicts": .integer(last?.update.conflicts ?? 0),
      "remotes": .array(results.map { SyncReport.json($0.remote, $0.result) }),
    ]
  }

  /// Paths that were not committed or not written.
  var problems: [PathProblem] {
    guard let last = successes.last else { return [] }
    return last.commit.problems + last.update.problems.filter { !last.commit.problems.contains($0) }
  }

  private static func json(
    _ remote: String?, _ result: Result<SyncResult, RepositoryError>
  ) -> JSON {
    let name: JSON = remote.map { .string($0) } ?? .null
    switch result {
    case .failure(let error):
      let text = ErrorText(error)
      return [
        "remote": name, "error": .string(text.message),
        "status": .integer(Int64(text.status.rawValue)),
      ]
    case .success(let done):
      return [
        "remote": name, "error": .null,
        "sent": ["bytes": .integer(done.bytesSent), "objects": .integer(done.objectsSent)],
        "received": [
          "bytes": .integer(done.bytesReceived), "objects": .integer(done.objectsReceived),
        ],
        "roundTrips": .integer(done.roundTrips), "conflicts": .integer(done.remoteConflicts),
        "readOnly": .boolean(done.isReadOnly), "lost": .integer(done.lost?.count ?? 0),
      ]
    }
  }
}

extension Tool {
  /// Tells what was exchanged with a remote.
  func say(_ result: SyncResult) {
    let moved = result.objectsSent + result.objectsReceived
    // A bundle was only read: nothing was sent, and nobody was asked.
    let sent =
      result.bytesSent == 0
      ? ""
      : "sent \(Figures.count(result.objectsSent, "object")), \(Figures.bytes(result.bytesSent)); "
    let counts =
      moved == 0
      ? result.bytesSent == 0 ? "nothing new" : "nothing to exchange"
      : sent + "received \(Figures.count(result.objectsReceived, "object")), "
        + Figures.bytes(result.bytesReceived)
    let limit = result.isReadOnly ? "; nothing is sent there: we may only read" : ""
    say("\(style(NameText.line(Array(result.remote.utf8)), .strong)): \(counts)\(limit)")
  }

  /// Tells what a sync did.
  func say(_ report: SyncReport, dryRun: Bool) {
    guard let last = report.successes.last else { return }
    if dryRun || !last.commit.commits.isEmpty { say(last.commit, dryRun: dryRun) }
    for done in report.successes {
      if dryRun {
        say("would sync with \(NameText.line(Array(done.remote.utf8)))")
      } else {
        say(done)
      }
    }
    if !last.update.changes.isEmpty {
      say("written here: \(last.update.changes.summary)")
      if global.verbose { for change in last.update.changes { say("  \(change.line(style))") } }
    }
  }

  /// Tells that a remote has less than it had, which a person must know of.
  private func warn(of lost: LostCommits, _ result: SyncResult) {
    let name = NameText.line(Array(result.remote.utf8))
    let now = Clock.now()
    let seen = TimeText.ago(
      lost.seen, now: Timestamp(seconds: now.seconds, nanoseconds: now.nanoseconds))
    let done =
      result.isReadOnly ? "nothing is sent there: we may only read" : "they were sent there again"
    warn(
      "\(name) had lost \(Figures.count(lost.count, "commit")) that it had when we last met, "
        + "\(seen); \(done)",
      hint: "it may have been restored from a backup; what only others have, they bring back")
  }

  /// Reports failures, open conflicts and paths that need a person.
  /// - Parameter quietly: tell a conflict only in the run that brings it, and leave without a word
  ///   where another sync is at work.
  func report(_ report: SyncReport, quietly: Bool) {
    for (remote, result) in report.results {
      guard case .failure(let error) = result else { continue }
      if quietly, case .busy = error {
        note(.busy)
        continue
      }
      var text = ErrorText(error)
      if let remote { text.message = "\(NameText.line(Array(remote.utf8))): \(text.message)" }
      fail(text)
    }
    for done in report.successes { if let lost = done.lost { warn(of: lost, done) } }
    self.report(report.problems)
    guard let update = report.successes.last?.update, update.conflicts > 0 else { return }
    note(.conflicts)
    if !quietly || !update.changes.isEmpty {
      warn(
        "\(Figures.count(update.conflicts, "conflict is open", "conflicts are open"))",
        hint: "fsync conflicts lists them, fsync resolve closes one; every version is kept")
    }
  }
}
