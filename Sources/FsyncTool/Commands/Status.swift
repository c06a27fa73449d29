internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords

struct Status: Command {
  static let configuration = CommandConfiguration.command(
    "status",
    abstract: "Show what no commit holds yet, and what else needs attention.",
    discussion: """
      Changes are told by letters: A added, M modified, D deleted, R renamed, T of another type, \
      P other permissions.
      """)

  @Flag(help: "Exit with status 1 where there are changes; with --quiet that is all.")
  var exitCode = false

  @OptionGroup var names: NameOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let status = try repository.status()
    if report.json {
      tool.output.document(status.json)
    } else if names.null {
      for change in status.changes { tool.output.write(change.record) }
    } else if !(exitCode && global.quiet) {
      for line in lines(status, of: repository, tool.style) { tool.output.line(line) }
    }
    if exitCode, !status.isClean { tool.note(.failed) }
  }

  /// The report for people.
  private func lines(
    _ status: StatusReport, of repository: Repository, _ style: Style
  ) -> [String] {
    let heads = status.heads.map(\.short).joined(separator: " ")
    let state = heads.isEmpty ? "no commit yet" : "at \(style(heads, .note))"
    var lines = ["\(style(repository.nameText, .strong)): \(state)"]
    if !status.changes.isEmpty { lines.append("not committed:") }
    lines += status.changes.map { "  \($0.line(style))" }
    let shown = status.problems.filter { $0.status != .done || global.verbose }
    if !shown.isEmpty { lines.append("not looked at, or left alone:") }
    lines += shown.map { "  \($0.name): \($0.text)" }
    let skipped = status.problems.count - shown.count
    if skipped > 0 { lines.append("skipped: \(Figures.count(skipped, "path")) (-v lists them)") }
    if status.conflicts > 0 {
      let count = Figures.count(status.conflicts, "open conflict")
      lines.append(style("\(count); fsync conflicts lists them", .bad))
    }
    if status.isBehind {
      lines.append("the folder is behind its heads; fsync sync brings it up to date")
    }
    lines += status.remotes.map(line)
    if status.isClean, !repository.isBare { lines.append("nothing to commit") }
    return lines
  }

  private func line(_ remote: RemoteStatus) -> String {
    let now = Clock.now()
    let then = remote.lastSync.map {
      "synced "
        + TimeText.ago($0, now: Timestamp(seconds: now.seconds, nanoseconds: now.nanoseconds))
    }
    let ahead =
      remote.ahead == 0 ? "has everything" : "lacks \(Figures.count(remote.ahead, "commit"))"
    return "remote \(remote.name): \(ahead), \(then ?? "never synced")"
  }
}

extension StatusReport {
  /// The report for scripts.
  var json: JSON {
    [
      "heads": .ids(heads), "view": .id(view), "clean": .boolean(isClean),
      "changes": changes.json, "unknown": .array(problems.map(\.json)),
      "conflicts": .integer(conflicts), "behind": .boolean(isBehind),
      "remotes": .array(remotes.map(\.json)),
    ]
  }
}

extension RemoteStatus {
  /// The remote for scripts.
  var json: JSON {
    [
      "name": .string(name), "url": .string(url), "lastSync": .time(lastSync),
      "ahead": .integer(ahead),
    ]
  }
}
