internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncWords

struct Diff: Command {
  static let configuration = CommandConfiguration.command(
    "diff", abstract: "Show what differs between two states.",
    discussion: """
      Without a moment, the folder is compared with what it was last committed as; with one, the \
      folder with what it was then; with two, the first with the second. A moment is a commit's \
      first 6 or more digits, a time (RFC 3339, a date, or like '2 days ago'), or 'now' for the \
      last committed state. Texts are shown line by line, as patch and git apply read them; of \
      other files, their sizes and how much content they share.
      """)

  @Argument(help: ArgumentHelp("The moment before.", valueName: "from"))
  var from: String?

  @Argument(
    help: ArgumentHelp("The moment after; the folder where none is given.", valueName: "to"))
  var to: String?

  @Argument(
    parsing: .postTerminator,
    help: ArgumentHelp("After --: only what differs at or below these paths.", valueName: "path"))
  var paths: [Word] = []

  @Flag(help: "Exit with status 1 where anything differs; with --quiet that is all.")
  var exitCode = false

  @Flag(help: "Show how many lines of each file differ, not the lines.")
  var stat = false

  @OptionGroup var names: NameOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let paths = try tool.paths(paths, in: repository)
    let (commits, differences) = try differences(repository, paths)
    try repository.explaining(commits) { () throws(RepositoryError) in
      try tell(differences, tool)
    }
  }

  private func tell(_ differences: [Difference], _ tool: Tool) throws(RepositoryError) {
    if exitCode, !differences.isEmpty { tool.note(.failed) }
    if report.json {
      tool.output.document(["changes": .array(try differences.map(DiffText.json))])
    } else if names.null {
      for difference in differences { tool.output.write(difference.record) }
    } else if stat {
      try DiffText.printStatistics(of: differences, tool)
    } else if !(exitCode && global.quiet) {
      try DiffText.print(differences, tool)
    }
  }

  private func differences(
    _ repository: Repository, _ paths: [Path]
  ) throws(RepositoryError) -> (commits: [ObjectID], differences: [Difference]) {
    let old = try repository.snapshot(at: try from.map(repository.moment) ?? .base)
    guard let to else {
      return (old.commits, try repository.differences(from: old, toFolder: paths))
    }
    let new = try repository.snapshot(at: repository.moment(to))
    return (
      old.commits + new.commits, try repository.differences(from: old, to: new, paths: paths)
    )
  }
}
