internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Collect: Command {
  static let configuration = CommandConfiguration.command(
    "gc", abstract: "Make the store small, and drop what nothing reaches.",
    discussion: """
      What became unreachable less than two weeks ago stays. No commit and no version of a file \
      that is in a commit is ever dropped; 'fsync prune' drops what was in old ones.
      """)

  @Flag(help: "Do it only where it has become worth it, and soon rather than thoroughly.")
  var auto = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    if auto, try !repository.isWorthCollecting() {
      if !change.dryRun { repository.mendGraph() }
      let size = try repository.storeSize()
      return tell(CollectResult(unchanged: size), tool)
    }
    tell(try repository.collect(dryRun: change.dryRun, isQuick: auto), tool)
  }

  private func tell(_ result: CollectResult, _ tool: Tool) {
    if report.json {
      tool.output.document([
        "objectsDropped": .integer(result.objectsDropped),
        "objectsRewritten": .integer(result.objectsRewritten),
        "bytesBefore": .integer(result.bytesBefore), "bytesAfter": .integer(result.bytesAfter),
        "dryRun": .boolean(change.dryRun),
      ])
      return
    }
    let dropped = Figures.count(result.objectsDropped, "object")
    let (before, after) = (Figures.bytes(result.bytesBefore), Figures.bytes(result.bytesAfter))
    if change.dryRun {
      tool.say("would drop \(dropped); the store has \(before)")
    } else if result.isUnchanged {
      tool.say("nothing to do; the store has \(after)")
    } else {
      tool.say("dropped \(dropped); the store went from \(before) to \(after)")
    }
  }
}
