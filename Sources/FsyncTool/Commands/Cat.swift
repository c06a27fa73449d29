internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Cat: Command {
  static let configuration = CommandConfiguration.command(
    "cat", abstract: "Print files of any state.",
    discussion: """
      A moment is a commit's first 6 or more digits, a time, or 'now' for the last committed state.
      """)

  @Argument(help: ArgumentHelp("Files or links, there or not.", valueName: "path"))
  var paths: [Word]

  @Option(help: ArgumentHelp("When; now where none is given.", valueName: "moment"))
  var at = "now"

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let snapshot = try repository.snapshot(at: try repository.moment(at))
    for path in try tool.paths(paths, in: repository) {
      guard let entry = try snapshot.entry(for: path) else { throw .noSuchPath(path) }
      if entry.kind == .directory { throw .wrongKind(path, .directory) }
      let version = FileVersion(entry, reader: snapshot.reader)
      try repository.explaining(snapshot.commits) { () throws(RepositoryError) in
        try version.read { bytes throws(RepositoryError) in tool.output.write(bytes) }
      }
    }
  }
}
