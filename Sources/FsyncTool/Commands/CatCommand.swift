import ArgumentParser
import FsyncCore
import FsyncRepo

/// `fsync cat`: a file's content.
struct CatCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat", abstract: "Print a file as the repository holds it, now or at a time.")

  @OptionGroup var global: GlobalOptions

  @Option(
    name: .customLong("at"),
    help: ArgumentHelp("The state: a commit or a time.", valueName: "state"))
  var moment: String?

  @Argument(help: ArgumentHelp("The file or link.", valueName: "path"), completion: .file())
  var path: RawArgument

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let repository = try tool.repository()
    let snapshot = try tool.snapshot(moment, in: repository)
    let path = try tool.path(path, in: repository)
    let entry: Entry?
    do { entry = try snapshot.entry(at: path) } catch { throw .object(error) }
    guard let entry else { throw .noSuchPath(path) }
    guard entry.kind != .directory else { throw .wrongKind(path, .directory) }
    try FileVersion(entry, reader: snapshot.reader).read { buffer throws(RepositoryError) in
      tool.out.write(buffer)
    }
    return .done
  }
}
