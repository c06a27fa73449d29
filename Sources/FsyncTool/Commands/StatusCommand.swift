import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

/// `fsync status`: what is not committed, and how far the replica is.
struct StatusCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show what changed here and is not committed yet.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var names: NameOptions

  @Flag(name: .customLong("exit-code"), help: "End with status 1 where there are changes.")
  var exitCode = false

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let status = try tool.repository().status()
    if report.json {
      tool.print(StatusCommand.json(status))
    } else if names.nul {
      tool.printNul(status.changes)
    } else {
      show(status, tool)
    }
    return exitCode && !status.isClean ? .failed : .done
  }

  private func show(_ status: StatusReport, _ tool: Tool) {
    if !status.changes.isEmpty {
      tool.say("changes that no commit holds yet:")
      tool.print(status.changes, indent: "  ")
    } else {
      tool.say("nothing to commit")
    }
    if !status.problems.isEmpty { tool.warn(status.problems) }
    if status.conflicts > 0 {
      tool.print(
        tool.style.paint(
          "\(Figures.count(status.conflicts, "conflict")) open: see 'fsync conflicts'", .warning))
    }
    if status.isBehind {
      tool.say("the folder does not show everything that was received: run 'fsync sync'")
    }
    guard !tool.options.quiet else { return }
    if tool.options.verbose {
      for head in status.heads { tool.say("head \(head)") }
      if let view = status.view { tool.say("view \(view)") }
    }
    let now = Clock.now()
    for remote in status.remotes {
      let last = remote.lastSync.map {
        "synced \(TimeText.ago($0, now: .init(seconds: now.seconds, nanoseconds: now.nanoseconds)))"
      }
      let ahead =
        remote.ahead > 0
        ? ", \(Figures.count(remote.ahead, "commit")) here that it lacks" : ""
      tool.say("remote \(remote.name) (\(tool.name(Array(remote.url.utf8)))): "
        + "\(last ?? "never synced")\(ahead)")
    }
  }

  /// The documented document.
  static func json(_ status: StatusReport) -> JSON {
    let zone = LocalZone.system
    return .object([
      .init("heads", .ids(status.heads)), .init("view", .id(status.view)),
      .init("clean", .boolean(status.isClean)), .init("changes", .changes(status.changes)),
      .init("unknown", .problems(status.problems)),
      .init("conflicts", .number(status.conflicts)), .init("behind", .boolean(status.isBehind)),
      .init(
        "remotes",
        .array(
          status.remotes.map { remote in
            .object([
              .init("name", .string(remote.name)), .init("url", .string(remote.url)),
              .init(
                "lastSync",
                remote.lastSync.map { .time($0, zone: zone.minutes($0.seconds)) } ?? .null),
              .init("ahead", .number(remote.ahead)),
            ])
          })),
    ])
  }
}
