internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords

struct Config: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show and change settings.",
    discussion: """
      The repository's settings go over the user's, the environment over both. \
      man fsync-config explains every key.
      """,
    subcommands: [ConfigList.self, ConfigGet.self, ConfigSet.self, ConfigUnset.self],
    defaultSubcommand: ConfigList.self)
}

struct ConfigList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List what is set, and where.")

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let items = try tool.configuration().items
    if report.json {
      tool.output.document(["settings": .array(items.map(\.json))])
      return
    }
    for item in items {
      let source = tool.style("(\(item.source.text))", .weak)
      tool.output.line("\(item.key.text) = \(item.valueText)  \(source)")
    }
  }
}

struct ConfigGet: Command {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Print the value that holds; status 1 where nothing sets it.")

  @Argument(help: "The setting.", transform: Setting.init)
  var key: Setting

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    guard let item = try tool.configuration().items.first(where: { $0.key == key.key }) else {
      return tool.fail(
        ErrorText(
          "\(key.key.text) is not set", hint: "man fsync-config has what holds in its place"))
    }
    if report.json {
      tool.output.document(item.json)
    } else {
      tool.output.line(item.valueText)
    }
  }
}

struct ConfigSet: Command {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Set a value in the repository's file, or the user's.")

  @Argument(help: "The setting.", transform: Setting.init)
  var key: Setting

  @Argument(help: "The value.")
  var value: String

  @Flag(help: "In the user's file, for all repositories.")
  var user = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func validate() throws {
    guard key.key.value(of: value) == nil else { return }
    let reason = key.key.problem(with: .string(value)) ?? "cannot be this"
    throw ValidationError("\(key.key.text) \(reason)")
  }

  func run(_ tool: Tool) throws(RepositoryError) {
    guard let value = key.key.value(of: value) else { return }
    try Configuration.edit(
      try tool.configurationPath(user: user), dryRun: change.dryRun
    ) { file throws(RepositoryError) in try file.setting(key.key, to: value) }
  }
}

struct ConfigUnset: Command {
  static let configuration = CommandConfiguration(
    commandName: "unset", abstract: "Take a value out of the repository's file, or the user's.")

  @Argument(help: "The setting.", transform: Setting.init)
  var key: Setting

  @Flag(help: "Out of the user's file.")
  var user = false

  @OptionGroup var change: ChangeOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    try Configuration.edit(
      try tool.configurationPath(user: user), dryRun: change.dryRun
    ) { file throws(RepositoryError) in try file.removing(key.key) }
  }
}

/// The name of a setting that there is.
struct Setting {
  let key: ConfigurationKey

  init(_ text: String) throws {
    guard let key = ConfigurationKey(text) else {
      let names = ConfigurationKey.all.map(\.text).joined(separator: ", ")
      throw ValidationError("there are \(names), remote.NAME.url and remote.NAME.command")
    }
    self.key = key
  }
}

extension Tool {
  /// What is configured here, in a repository or outside of any.
  fileprivate func configuration() throws(RepositoryError) -> Configuration {
    let place = try RepositoryPlace.find(from: try directory())
    return try Configuration.load(repository: place?.folder)
  }

  /// The file that is to be changed.
  fileprivate func configurationPath(user: Bool) throws(RepositoryError) -> [UInt8] {
    let directory = try directory()
    if user {
      if let path = Configuration.userPath(Host.environment) { return path }
      throw .configuration(file: [], line: nil, reason: "neither HOME nor XDG_CONFIG_HOME is set")
    }
    guard let place = try RepositoryPlace.find(from: directory) else {
      throw .notARepository(directory)
    }
    return Configuration.repositoryPath(place.folder)
  }
}

extension Configuration.Item {
  /// The value for people.
  fileprivate var valueText: String { NameText.line(Array(value.description.utf8)) }

  /// The setting for scripts.
  fileprivate var json: JSON {
    let value: JSON =
      switch value {
      case .string(let text): .string(text)
      case .integer(let number): .integer(number)
      case .boolean(let flag): .boolean(flag)
      }
    return ["key": .string(key.text), "value": value, "source": .string(source.text)]
  }
}

extension Configuration.Source {
  /// The file or variable.
  fileprivate var text: String {
    switch self {
    case .user(let path), .repository(let path): NameText.quoted(path)
    case .environment(let name): "$\(name)"
    }
  }
}
