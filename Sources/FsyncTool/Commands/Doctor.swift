internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncWords

struct Doctor: Command {
  static let configuration = CommandConfiguration.command(
    "doctor",
    abstract: "Look for what is wrong around a repository, and put it right.",
    discussion: """
      After a folder was copied, moved to another disk or restored from a backup, --adopt makes it \
      a replica of its own: what is missing in it, or old, is brought up to date and is no \
      deletion; only content that history does not know is committed.
      """)

  @Flag(help: "Make the folder, as it is here now, a replica of its own.")
  var adopt = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    if adopt { return try adopt(repository, tool) }
    var findings: [ErrorText] = []
    for unknown in repository.configuration.unknown {
      let line = unknown.line.map { ", line \($0)" } ?? ""
      findings.append(
        ErrorText(
          "\(NameText.quoted(unknown.file))\(line): there is no setting \(unknown.key)",
          hint: "man fsync-config has all of them"))
    }
    do throws(RepositoryError) {
      let status = try repository.status()
      if status.isBehind {
        findings.append(
          ErrorText(
            "the folder does not show the newest state yet", hint: "fsync sync brings it up"))
      }
    } catch { findings.append(ErrorText(error)) }
    if report.json {
      tool.output.document([
        "repository": repository.placeJSON,
        "findings": .array(
          findings.map {
            ["message": .string($0.message), "hint": $0.hint.map { .string($0) } ?? .null]
          }),
      ])
    } else {
      tool.say("\(repository.nameText) in \(NameText.quoted(repository.root ?? repository.folder))")
      if findings.isEmpty { tool.say("nothing is wrong around it; fsync fsck verifies the store") }
    }
    for finding in findings { tool.fail(finding) }
  }

  private func adopt(_ repository: Repository, _ tool: Tool) throws(RepositoryError) {
    let result = try repository.adopt(dryRun: change.dryRun)
    if report.json {
      tool.output.document([
        "heads": .ids(result.heads), "view": .id(result.view), "changes": result.changes.json,
        "problems": .array(result.problems.map(\.json)), "dryRun": .boolean(change.dryRun),
      ])
    } else {
      if change.dryRun || global.verbose {
        for change in result.changes { tool.say("  \(change.line(tool.style))") }
      }
      let count = Figures.count(result.changes.count, "path")
      tool.say(
        change.dryRun
          ? "would become a new replica; \(count) would be brought up to date"
          : "a replica of its own now; \(count) brought up to date")
    }
    tool.report(result.problems)
  }
}
