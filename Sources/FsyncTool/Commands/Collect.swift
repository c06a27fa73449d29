internal import ArgumentParser
import FsyncRepo

struct Collect: Command {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Put the store in order, and drop what nothing reaches.",
    discussion: """
      What became unreachable less than two weeks ago stays. No commit and no version of a file \
      that is in a commit is ever dropped; 'fsync prune' drops what was in old ones.
      """)

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let result = try tool.open().collect(dryRun: change.dryRun)
    if report.json {
      tool.output.document([
        "objectsDropped": .integer(result.objectsDropped),
        "bytesBefore": .integer(result.bytesBefore), "bytesAfter": .integer(result.bytesAfter),
        "dryRun": .boolean(change.dryRun),
      ])
    } else {
      let verb = change.dryRun ? "would drop" : "dropped"
      tool.say(
        "\(verb) \(Figures.count(result.objectsDropped, "object")); the store "
          + "\(change.dryRun ? "would go" : "went") from \(Figures.bytes(result.bytesBefore)) to "
          + Figures.bytes(result.bytesAfter))
    }
  }
}
