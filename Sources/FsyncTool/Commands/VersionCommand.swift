import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync version`: which fsync this is.
struct VersionCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "version", abstract: "Print which fsync this is.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    if report.json {
      tool.print(
        .object([
          .init("version", .string(Version.text)),
          .init("engine", .unsigned(Commit.currentEngine)),
        ]))
    } else {
      tool.print("fsync \(Version.text)")
    }
    return .done
  }
}
