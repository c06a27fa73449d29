internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Clone: Command {
  static let configuration = CommandConfiguration.command(
    "clone", abstract: "Make a second replica of a repository.",
    discussion: """
      The source is a path, ssh://user@host:port/path or host:path, and becomes the remote \
      'origin'. The folder must be new or empty.
      """)

  @Argument(help: "Where the repository is.", transform: Place.init)
  var source: Place

  @Argument(
    help: ArgumentHelp(
      "The new folder; called as the source is where none is given.", valueName: "folder"),
    completion: .directory)
  var folder: Word?

  @Flag(help: "Make a bare repository: history, and no folder to work on.")
  var bare = false

  @Option(help: "What this replica is called in commits and conflict copies; the host's name.")
  var name: Word?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let url = try tool.url(source)
    var folder = self.folder?.bytes ?? []
    if self.folder == nil { folder = try Clone.folder(for: source.word.bytes) }
    if change.dryRun {
      try Repository.checkInitialize(at: folder, bare: bare, empty: true)
      let source = NameText.line(Array(url.utf8))
      return tool.say("would clone \(source) into \(NameText.quoted(folder))")
    }
    let configured = try Configuration.load(repository: nil)
    let (repository, result) = try Repository.clone(
      from: url, to: folder, bare: bare, name: name?.bytes ?? configured.replicaName,
      progress: tool.progress, over: .standard)
    if report.json {
      tool.output.document(SyncReport([(result.remote, .success(result))]).json)
    } else {
      let place = NameText.quoted(repository.root ?? repository.folder)
      tool.say(
        "cloned \(repository.isBare ? "bare repository " : "")\(repository.nameText) into \(place)")
      tool.say(result)
    }
    tool.report(result.update.problems)
    if result.update.conflicts > 0 { tool.note(.conflicts) }
  }

  /// The last name in a place.
  private static func folder(for source: [UInt8]) throws(RepositoryError) -> [UInt8] {
    let parts = source.split { $0 == 0x2f || $0 == 0x3a }
    guard let last = parts.last, !last.elementsEqual([0x2e]), !last.elementsEqual([0x2e, 0x2e])
    else { throw .invalidPath(source) }
    return Array(last)
  }
}
