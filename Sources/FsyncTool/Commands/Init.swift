internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct Init: Command {
  static let configuration = CommandConfiguration.command(
    "init", abstract: "Make a folder a repository.",
    discussion: """
      The folder is made where it is missing; what is in it stays as it is until the first commit. \
      A bare repository has no folder to work on: it keeps history for others to sync with.
      """)

  @Argument(
    help: ArgumentHelp("The folder; the current one where none is given.", valueName: "folder"),
    completion: .directory)
  var folder: Word?

  @Flag(help: "Make a bare repository.")
  var bare = false

  @Option(help: "What this replica is called in commits and conflict copies; the host's name.")
  var name: Word?

  @Option(
    help: "How data is compressed: zstd, zlib or none, with a level such as zstd:3 if wanted.")
  var compression: CompressionWord?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let path = folder?.bytes ?? [0x2e]
    let configured = try Configuration.load(repository: nil)
    if change.dryRun {
      try Repository.checkInitialize(at: path, bare: bare, empty: bare)
      return tool.say("would make a repository of \(NameText.quoted(path))")
    }
    let repository = try Repository.initialize(
      at: path, bare: bare, name: name?.bytes ?? configured.replicaName,
      compression: compression?.value ?? configured.compression)
    if report.json {
      tool.output.document(repository.placeJSON)
    } else {
      tool.say(
        "\(repository.isBare ? "bare repository" : "repository") \(repository.nameText) "
          + "in \(NameText.quoted(repository.root ?? repository.folder))")
    }
  }
}

/// A way of compressing as the command line names it.
struct CompressionWord: ExpressibleByArgument {
  let value: Compression

  init?(argument: String) {
    guard let value = Compression(argument) else { return nil }
    self.value = value
  }
}

extension Repository {
  /// The replica's name for people.
  var nameText: String { NameText.line(replica.name) }

  /// Where the repository is and which replica it is, for scripts.
  var placeJSON: JSON {
    [
      "path": .name(root ?? folder), "bare": .boolean(isBare),
      "replica": .name(replica.name), "replicaId": .string(replica.id.description),
    ]
  }
}
