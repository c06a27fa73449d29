internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

struct BundleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bundle", abstract: "Carry commits on a medium between replicas that never meet.",
    discussion: """
      A bundle is one file with commits and all that is in them. Import joins it as a sync would; \
      a clone can be made of one that brings everything.
      """,
    subcommands: [BundleCreate.self, BundleVerify.self, BundleImport.self])
}

struct BundleCreate: Command {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Commit, and write a bundle.",
    discussion: """
      It brings everything, unless it is told what is there already. A creation that was stopped \
      leaves FILE.part, and the same command goes on with it.
      """)

  @Argument(
    help: ArgumentHelp("The file; - for the standard output.", valueName: "file"))
  var file: Word

  @Option(
    name: .customLong("for"),
    help: ArgumentHelp(
      "Leave out what this remote, or replica whose bundle came, is known to have.",
      valueName: "replica"))
  var receiver: String?

  @Option(
    help: ArgumentHelp(
      "Leave out this commit and all before it; may be given several times.",
      valueName: "commit"))
  var since: [String] = []

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: "The message of the commit; a list of what changed where none is given.")
  var message: Word?

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func validate() throws {
    if receiver != nil, !since.isEmpty {
      throw ValidationError("--for and --since exclude each other")
    }
    if file.isStandardStream, report.json {
      throw ValidationError("--json needs a file: the standard output is the bundle")
    }
  }

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    var options = BundleOptions()
    options.message = message?.bytes ?? []
    options.dryRun = change.dryRun
    if let receiver { options.known = .replica(receiver) }
    if !since.isEmpty {
      var ids: [ObjectID] = []
      for text in since { ids += try repository.commits(before: text) }
      options.known = .commits(ids)
    }
    let path = file.isStandardStream ? nil : file.bytes
    let result = try repository.createBundle(at: path, options)
    if report.json {
      tool.output.document(result.json(file.bytes, dryRun: change.dryRun))
    } else if path != nil {
      if change.dryRun || !result.commit.commits.isEmpty {
        tool.say(result.commit, dryRun: change.dryRun)
      }
      print(result, tool)
    }
    tool.report(result.commit.problems)
    if let path, !change.dryRun, repository.holds(path, from: try tool.directory()) {
      tool.warn(
        "the bundle lies inside the repository's folder",
        hint: "move it away, or the next commit takes it for one of your files")
    }
  }

  private func print(_ result: BundleResult, _ tool: Tool) {
    let summary = result.summary
    let base =
      summary.base.isEmpty
      ? "everything" : "builds on \(Figures.count(summary.base.count, "commit"))"
    let file = tool.style(NameText.quoted(self.file.bytes), .strong)
    if change.dryRun {
      return tool.say(
        "would write \(Figures.count(summary.commits, "commit")) to \(file) (\(base))")
    }
    tool.say(
      "\(file): \(Figures.count(summary.commits, "commit")), "
        + "\(Figures.count(summary.objects, "object")), \(Figures.bytes(summary.bytes)) (\(base))")
    if result.resumed > 0 {
      tool.say("\(Figures.bytes(result.resumed)) of it were there already")
    }
  }
}

struct BundleVerify: Command {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Look whether a bundle is whole, and can be imported here.")

  @Argument(help: ArgumentHelp("The file; - for the standard input.", valueName: "file"))
  var file: Word

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let place = try RepositoryPlace.find(from: try tool.directory())
    let repository = try place == nil ? nil : tool.open()
    let check = try Repository.checkBundle(
      file.source, for: repository, progress: tool.progress)
    if report.json {
      tool.output.document(check.json(file.bytes))
    } else {
      tool.say(check, file.bytes)
    }
    tool.report(check)
  }
}

struct BundleImport: Command {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take what a bundle brings, and merge it as a sync would.",
    discussion: """
      Nothing is taken before the whole bundle has been found intact. What cannot be merged is \
      kept twice, and the exit status is 2. To import a bundle again changes nothing.
      """)

  @Argument(help: ArgumentHelp("The file; - for the standard input.", valueName: "file"))
  var file: Word

  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    if change.dryRun {
      let check = try Repository.checkBundle(
        file.source, for: repository, progress: tool.progress)
      if report.json { tool.output.document(check.json(file.bytes)) }
      if !report.json { tool.say(check, file.bytes) }
      return tool.report(check)
    }
    let result = try repository.importBundle(from: file.source)
    let sync = SyncReport([(result.remote, .success(result))])
    if report.json { tool.output.document(sync.json) }
    if !report.json { tool.say(sync, dryRun: false) }
    tool.report(sync, quietly: global.quiet)
  }
}

extension Word {
  /// Whether it stands for a standard stream.
  fileprivate var isStandardStream: Bool { bytes == [0x2d] }

  /// The bundle that it names.
  fileprivate var source: BundleSource { isStandardStream ? .standardInput : .file(bytes) }
}

extension Repository {
  /// The commits that a word of `--since` means: one, or those that were known by a time.
  fileprivate func commits(before text: String) throws(RepositoryError) -> [ObjectID] {
    try snapshot(at: try moment(text)).commits
  }

  /// Says whether a path lies in the working tree, so that the next commit would look at it.
  fileprivate func holds(_ path: [UInt8], from directory: [UInt8]) -> Bool {
    guard root != nil, let path = try? place.path(of: path, from: directory) else { return false }
    return path.components.first.map { $0.bytes != RepositoryPlace.folderName } ?? false
  }
}
