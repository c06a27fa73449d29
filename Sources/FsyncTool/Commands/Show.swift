internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Show: Command {
  static let configuration = CommandConfiguration.command(
    "show", abstract: "Show commits and what they changed.",
    discussion: """
      A moment is a commit's first 6 or more digits or a time, which stands for the newest commits \
      of then. What a commit changed is told against the state that it was made on.
      """)

  @Argument(
    help: ArgumentHelp("When; now where none is given.", valueName: "moment")
  )
  var moment: String?

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("After --: only what changed at or below these paths.", valueName: "path"))
  var paths: [Word] = []

  @Flag(help: "Show how many lines of each file changed, not the lines.")
  var stat = false

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let paths = try tool.paths(paths, in: repository)
    let snapshot = try repository.snapshot(at: try repository.moment(moment ?? "now"))
    var documents: [JSON] = []
    for (index, id) in snapshot.commits.enumerated() {
      let (entry, differences) = try repository.differences(of: id, paths: paths)
      if report.json {
        documents.append(entry.json)
        continue
      }
      if index > 0 { tool.output.line() }
      let header = LogEntry(id: id, commit: entry.commit)
      for line in header.lines(tool.style) { tool.output.line(line) }
      if !differences.isEmpty { tool.output.line() }
      let commits = [id] + entry.commit.parents
      try repository.explaining(commits) { () throws(RepositoryError) in
        if stat {
          try DiffText.printStatistics(of: differences, tool)
        } else {
          try DiffText.print(differences, tool)
        }
      }
    }
    if report.json { tool.output.document(["commits": .array(documents)]) }
  }
}
