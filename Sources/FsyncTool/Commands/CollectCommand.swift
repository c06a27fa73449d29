import ArgumentParser
import FsyncRepo

/// `fsync gc`: makes the store smaller.
struct CollectCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "gc", abstract: "Fold packs together, and drop what nothing reaches.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let result = try tool.repository().collect(dryRun: change.dryRun)
    if report.json {
      tool.print(
        .object([
          .init("objectsDropped", .number(result.objectsDropped)),
          .init("bytesBefore", .unsigned(result.bytesBefore)),
          .init("bytesAfter", .unsigned(result.bytesAfter)),
        ]))
    } else {
      let verb = change.dryRun ? "would drop" : "dropped"
      tool.say(
        "\(verb) \(Figures.count(result.objectsDropped, "object")): "
          + "\(Figures.bytes(result.bytesBefore)) -> \(Figures.bytes(result.bytesAfter))")
    }
    return .done
  }
}
