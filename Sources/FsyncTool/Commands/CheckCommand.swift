import ArgumentParser
import FsyncRepo

/// `fsync fsck`: verifies the store.
struct CheckCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsck", abstract: "Verify every frame, hash and reference of the store.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions

  @Flag(name: .customLong("quick"), help: "Verify checksums and references, and hash no content.")
  var quick = false

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let result = try tool.repository().check(quick: quick)
    if report.json {
      tool.print(
        .object([
          .init("sound", .boolean(result.isSound)), .init("frames", .number(result.frames)),
          .init("objects", .number(result.objects)),
          .init("damages", .array(result.damages.map { .string($0) })),
          .init("missing", .ids(result.missing)),
        ]))
    } else {
      for damage in result.damages { tool.print("damaged: \(damage)") }
      for id in result.missing { tool.print("missing: \(id)") }
      tool.say(
        "\(result.isSound ? "sound" : "damaged"): "
          + "\(Figures.count(result.frames, "frame")), \(Figures.count(result.objects, "object"))")
    }
    if !result.isSound {
      tool.report(
        ErrorReport(
          "the store is damaged; the files in the folder are untouched",
          hint: "keep the folder, and clone anew from another replica", status: .damaged))
    }
    return result.isSound ? .done : .damaged
  }
}
