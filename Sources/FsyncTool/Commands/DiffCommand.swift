import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync diff`: what differs between two states.
struct DiffCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what differs between two states.",
    discussion: """
      Without a state: what the folder has that no commit holds. With one: from it to the \
      folder. With two: from the first to the second.
      """)

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var names: NameOptions

  @Flag(name: .customLong("names"), help: "Show only which paths differ, and how.")
  var namesOnly = false

  @Flag(name: .customLong("exit-code"), help: "End with status 1 where anything differs.")
  var exitCode = false

  @Argument(
    help: ArgumentHelp("Commits or times.", valueName: "state"))
  var moments: [String] = []

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("After --: look only at and below these paths.", valueName: "path"),
    completion: .file())
  var paths: [RawArgument] = []

  func validate() throws {
    if moments.count > 2 { throw ValidationError("at most two states; paths come after --") }
  }

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let paths = try tool.paths(paths, in: repository)
    let differences: [Difference]
    let old = try repository.snapshot(
      at: try moments.first.map { (text) throws(RepositoryError) in
        try repository.moment(text)
      } ?? .base)
    if moments.count == 2 {
      let new = try repository.snapshot(at: try repository.moment(moments[1]))
      differences = try repository.differences(from: old, to: new, paths: paths)
    } else {
      differences = try repository.differences(from: old, toFolder: paths)
    }
    try tool.show(differences, json: report.json, namesOnly: namesOnly, nul: names.nul)
    return exitCode && !differences.isEmpty ? .failed : .done
  }
}

extension Tool {
  /// Prints differences in the form that was asked for.
  func show(
    _ differences: [Difference], json: Bool, namesOnly: Bool, nul: Bool
  ) throws(RepositoryError) {
    if json {
      try printList("changes") { visit throws(RepositoryError) in
        for difference in differences {
          guard visit(try .difference(difference)) else { return }
        }
      }
      return
    }
    let changes = differences.map {
      PathChange(path: $0.path, kind: $0.kind, from: $0.from)
    }
    if nul {
      printNul(changes)
    } else if namesOnly {
      print(changes)
    } else {
      for difference in differences where !out.isClosed { try print(difference) }
    }
  }
}
