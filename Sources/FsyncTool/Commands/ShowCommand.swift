import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync show`: one commit.
struct ShowCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a commit and what it changed.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var names: NameOptions

  @Flag(name: .customLong("names"), help: "Show only which paths differ, and how.")
  var namesOnly = false

  @Argument(help: ArgumentHelp("The commit.", valueName: "commit"))
  var commit: String

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("After --: look only at and below these paths.", valueName: "path"),
    completion: .file())
  var paths: [RawArgument] = []

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    guard case .commit(let id) = try repository.moment(commit) else {
      throw .unknownMoment(commit)
    }
    let paths = try tool.paths(paths, in: repository)
    let (entry, differences) = try repository.differences(of: id, paths: paths)
    if report.json {
      tool.print(.commit(entry))
    } else if names.nul {
      tool.printNul(entry.changes ?? [])
    } else {
      for line in tool.lines(of: entry) { tool.out.write(line + [0x0a]) }
      if !differences.isEmpty { tool.out.write([0x0a]) }
      try tool.show(differences, json: false, namesOnly: namesOnly, nul: false)
    }
    return .done
  }
}
