internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncWords

struct Clone: Command {
  static let configuration = CommandConfiguration.command(
    "clone", abstract: "Make a second replica of a repository.",
    discussion: """
      The source is a path, ssh://user@host:port/path or host:path, and becomes the remote \
      'origin'; or it is the file of a bundle. The folder must be new or empty.
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

  @OptionGroup var exchange: ExchangeOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let url = try tool.url(source)
    let isBundle = BundleSource.isBundle(source.word.bytes)
    var folder = self.folder?.bytes ?? []
    if self.folder == nil {
      folder = try Clone.folder(for: source.word.bytes, isBundle: isBundle)
    }
    if change.dryRun {
      try Repository.checkInitialize(at: folder, bare: bare, empty: true)
      let source = NameText.line(Array(url.utf8))
      return tool.say("would clone \(source) into \(NameText.quoted(folder))")
    }
    let configured = try Configuration.load(repository: nil)
    let name = self.name?.bytes ?? configured.replicaName
    let (repository, result) =
      isBundle
      ? try Repository.clone(
        bundle: source.word.bytes, to: folder, bare: bare, name: name, progress: tool.progress)
      : try Repository.clone(
        from: url, to: folder, bare: bare, name: name, progress: tool.progress,
        rateLimit: exchange.limitRate?.bytes, retrying: exchange.retrying(tool), over: .standard)
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

  /// The last name in a place; of a bundle's file without its ending.
  private static func folder(
    for source: [UInt8], isBundle: Bool
  ) throws(RepositoryError) -> [UInt8] {
    let parts = source.split { $0 == 0x2f || $0 == 0x3a && !isBundle }
    guard let last = parts.last, !last.elementsEqual([0x2e]), !last.elementsEqual([0x2e, 0x2e])
    else { throw .invalidPath(source) }
    guard isBundle else { return Array(last) }
    guard let dot = last.lastIndex(of: 0x2e), dot > last.startIndex else { throw .notEmpty(source) }
    return Array(last[..<dot])
  }
}
