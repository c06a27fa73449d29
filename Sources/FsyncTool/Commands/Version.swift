internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct VersionCommand: Command {
  static let configuration = CommandConfiguration.command(
    "version", abstract: "Print the version of this program.")

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    if report.json {
      tool.output.document([
        "version": .string(Version.text),
        "engine": .integer(FsyncCore.Commit.currentEngine),
      ])
    } else {
      tool.output.line("fsync \(Version.text)")
    }
  }
}

/// The version of this program.
enum Version {
  /// By semantic versioning.
  static let text = "0.1.0"
}
