internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct RemoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remote", abstract: "Say where other replicas are.",
    discussion: """
      A place is a path, ssh://user@host:port/path or host:path. fsync sync without an argument \
      syncs with every remote.
      """,
    subcommands: [RemoteList.self, RemoteAdd.self, RemoteRemove.self, RemoteSetURL.self],
    defaultSubcommand: RemoteList.self)
}

struct RemoteList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the remotes.")

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let remotes = try tool.open().configuration.remotes
    if report.json {
      tool.output.document(["remotes": .array(remotes.map(\.json))])
      return
    }
    let width = remotes.map(\.name.count).max() ?? 0
    for remote in remotes {
      let name = Figures.padded(remote.name, width)
      tool.output.line("\(tool.style(name, .strong))  \(NameText.line(Array(remote.url.utf8)))")
    }
  }
}

struct RemoteAdd: Command {
  static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a remote.")

  @Argument(help: "What it is called here: letters, digits, - and _.")
  var name: RemoteName

  @Argument(help: "Where it is.", transform: Place.init)
  var place: Place

  @OptionGroup var change: ChangeOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.set(name.text, to: place, isNew: true, change)
  }
}

struct RemoteRemove: Command {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Forget a remote; what it holds stays as it is.",
    aliases: ["rm"])

  @Argument(help: "What it is called here.")
  var name: RemoteName

  @OptionGroup var change: ChangeOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let name = name.text
    let repository = try tool.open()
    func edit(_ options: ChangeOptions) throws(RepositoryError) {
      try repository.editConfiguration(options) { file throws(RepositoryError) in
        guard file.value(of: .remoteURL(name)) != nil else { throw .unknownRemote(name) }
        return try file.removing(remote: name)
      }
    }
    // What is remembered goes first: another remote of this name must not inherit it.
    var look = change
    look.dryRun = true
    try edit(look)
    if !change.dryRun {
      try repository.forget(remote: name)
      try edit(change)
    }
    tool.say("remote \(name) removed")
  }
}

struct RemoteSetURL: Command {
  static let configuration = CommandConfiguration(
    commandName: "set-url", abstract: "Say where a remote is now.")

  @Argument(help: "What it is called here.")
  var name: RemoteName

  @Argument(help: "Where it is.", transform: Place.init)
  var place: Place

  @OptionGroup var change: ChangeOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.set(name.text, to: place, isNew: false, change)
  }
}

extension Tool {
  /// Writes down where a remote is.
  fileprivate func set(
    _ name: String, to place: Place, isNew: Bool, _ change: ChangeOptions
  ) throws(RepositoryError) {
    let repository = try open()
    let url = try url(place)
    try repository.editConfiguration(change) { file throws(RepositoryError) in
      let isThere = file.value(of: .remoteURL(name)) != nil
      if isNew, isThere { throw .remoteExists(name) }
      if !isNew, !isThere { throw .unknownRemote(name) }
      return try file.setting(.remoteURL(name), to: .string(url))
    }
    say("remote \(name): \(NameText.line(Array(url.utf8)))")
  }
}

/// A name that a remote may have.
struct RemoteName: ExpressibleByArgument {
  let text: String

  init?(argument: String) {
    guard Remote.isValidName(argument) else { return nil }
    text = argument
  }
}

extension Remote {
  /// The remote for scripts.
  var json: JSON {
    ["name": .string(name), "url": .string(url), "command": command.map { .string($0) } ?? .null]
  }
}

extension Repository {
  /// Changes the repository's configuration file.
  func editConfiguration(
    _ options: ChangeOptions,
    _ change: (ConfigurationFile) throws(RepositoryError) -> ConfigurationFile
  ) throws(RepositoryError) {
    try Configuration.edit(
      Configuration.repositoryPath(folder), dryRun: options.dryRun, change)
  }
}
