import ArgumentParser
import FsyncRepo
import FsyncSystem

/// `fsync clone`: copies a repository.
struct CloneCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "clone", abstract: "Copy a repository from another place.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Flag(name: .customLong("bare"), help: "Keep commits only, without a working tree.")
  var bare = false

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp("Call this replica so, instead of by the host's name.", valueName: "name"))
  var name: RawArgument?

  @Argument(
    help: ArgumentHelp(
      "A path, ssh://user@host:port/path or host:path.", valueName: "url"),
    completion: .directory)
  var url: RawArgument

  @Argument(
    help: ArgumentHelp("The new folder; named like the remote's by default.", valueName: "dir"),
    completion: .directory)
  var path: RawArgument?

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let target = try tool.absolute(path ?? RawArgument(bytes: CloneCommand.folderName(url.bytes)))
    let place = try tool.place(ofRemote: url)
    if change.dryRun {
      try NewPlace.check(target, isBare: false)
      try NewPlace.checkEmpty(target)
      tool.say("would clone \(tool.name(url.bytes)) into \(tool.name(target))")
      return .done
    }
    let (repository, result) = try Repository.clone(
      from: place, to: target, bare: bare, name: name?.bytes, progress: tool.progress)
    let status = result.update.problems.status
      .merged(with: result.update.conflicts > 0 ? .attention : .done)
    if report.json {
      tool.print(
        .object([
          .init("repository", NewPlace.json(repository)),
          .init("sync", SyncCommand.json([result])),
        ]))
    } else {
      tool.say(
        "cloned into \(tool.name(repository.root ?? repository.folder)), "
          + "received \(Figures.bytes(result.bytesReceived))")
    }
    tool.warn(result.update.problems)
    tool.warn(conflicts: result.update.conflicts)
    return status
  }

  /// The last component of a place, without what only says that a repository is there.
  static func folderName(_ url: [UInt8]) -> [UInt8] {
    var parts = url.split(separator: 0x2f)
    if let last = parts.last, last.elementsEqual(".fsync".utf8) { parts.removeLast() }
    guard var name = parts.last else { return Array("clone".utf8) }
    if parts.count == 1, let colon = name.lastIndex(of: 0x3a) { name = name[(colon + 1)...] }
    return name.isEmpty || name.elementsEqual([0x2e]) || name.elementsEqual([0x2e, 0x2e])
      ? Array("clone".utf8) : Array(name)
  }
}
