internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

struct Status: Command {
  static let configuration = CommandConfiguration(
    abstract: "Show what no commit holds yet, and what else needs attention.",
    discussion: """
      Changes are told by letters: A added, M modified, D deleted, R renamed, T of another type, \
      P other permissions.
      """)

  @Flag(help: "Exit with status 1 where there are changes.")
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
    } else if !global.quiet {
      print(status, of: repository, tool)
    }
    if exitCode, !status.isClean { tool.note(.failed) }
  }

  private func print(_ status: StatusReport, of repository: Repository, _ tool: Tool) {
    let style = tool.style
    let heads = status.heads.map(\.short).joined(separator: " ")
    let place = style(repository.nameText, .strong)
    tool.say(heads.isEmpty ? "\(place): no commit yet" : "\(place): at \(style(heads, .note))")
    if !status.changes.isEmpty { tool.say("not committed:") }
    for change in status.changes { tool.say("  \(change.line(style))") }
    let shown = status.problems.filter { $0.status != .done || global.verbose }
    if !shown.isEmpty { tool.say("not looked at, or left alone:") }
    for problem in shown {
      let name = problem.path.isEmpty ? "." : NameText.quoted(problem.path)
      tool.say("  \(name): \(problem.text)")
    }
    let skipped = status.problems.count - shown.count
    if skipped > 0 { tool.say("skipped: \(Figures.count(skipped, "path")) (-v lists them)") }
    if status.conflicts > 0 {
      let count = Figures.count(status.conflicts, "open conflict")
      tool.say(style("\(count); fsync conflicts lists them", .bad))
    }
    if status.isBehind {
      tool.say("the folder is behind its heads; fsync sync brings it up to date")
    }
    for remote in status.remotes { tool.say(line(remote)) }
    if status.isClean, !repository.isBare { tool.say("nothing to commit") }
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
