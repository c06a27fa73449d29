internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords

struct Sync: Command {
  static let configuration = CommandConfiguration.command(
    "sync",
    abstract: "Commit, exchange with remotes, and bring all folders to the same state.",
    discussion: """
      Without a remote, all of them are synced with. What both sides changed is merged; what \
      cannot be merged is kept twice, and the exit status is 2. With --quiet it is right for cron: \
      where another sync is at work it leaves at once, with status 5 and no word.
      """)

  @Argument(
    help: ArgumentHelp("Names of remotes, or places.", valueName: "remote"),
    transform: Place.init)
  var remotes: [Place] = []

  @Option(
    name: .shortAndLong, parsing: .unconditional,
    help: "The message of the commit; a list of what changed where none is given.")
  var message: Word?

  @Option(
    help: ArgumentHelp("Give up after this time, such as 90s, 10m or 2h.", valueName: "duration"))
  var maxTime: Duration?

  @OptionGroup var exchange: ExchangeOptions
  @OptionGroup var change: ChangeOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    var places: [String] = []
    for remote in remotes { places.append(try tool.remote(remote, of: repository)) }
    let known = repository.configuration.remotes
    if places.isEmpty, known.isEmpty {
      return tool.fail(
        ErrorText(
          "no remote to sync with", hint: "fsync remote add NAME PLACE adds one, or name a place"))
    }
    var options = SyncOptions()
    options.dryRun = change.dryRun
    options.message = message?.bytes ?? []
    options.maxSeconds = maxTime?.seconds
    options.retrying = exchange.retrying(tool)
    repository.rateLimit = exchange.limitRate?.bytes
    options.listsChanges = self.report.json || change.dryRun || tool.global.verbose
    let results = repository.synchronize(with: places, options: options, over: .standard)
    let titles = places.isEmpty ? known.map(\.name) : places
    // A single failure may stand for all of them: then the sync has not begun.
    let report = SyncReport(
      results.enumerated().map { index, result in
        (results.count == titles.count ? titles[index] : nil, result)
      })
    if self.report.json { tool.output.document(report.json) }
    if !self.report.json { tool.say(report, dryRun: change.dryRun) }
    tool.report(report, quietly: global.quiet)
  }
}

extension Tool {
  /// What a repository is to be told for a word: the name of a remote, or a place.
  func remote(
    _ place: Place, of repository: Repository
  ) throws(RepositoryError) -> String {
    let text = String(decoding: place.word.bytes, as: UTF8.self)
    if repository.configuration.remote(named: text) != nil { return text }
    // A plain word that is no folder is a misspelled name rather than a place.
    if Remote.isValidName(text), (try? Stat(following: place.word.bytes)) == nil {
      throw .unknownRemote(text)
    }
    return try url(place)
  }
}
