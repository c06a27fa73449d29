import ArgumentParser
import FsyncRepo
import FsyncSystem

/// `fsync config`: settings.
struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Show and change settings.",
    subcommands: [Get.self, Set.self, Unset.self, List.self])

  /// `fsync config get`.
  struct Get: ToolCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print the value of a setting; status 1 where nothing sets it.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var report: ReportOptions

    @Argument(
      help: ArgumentHelp("A dotted key, as fsync-config(5) lists them.", valueName: "key"),
      completion: ConfigCommand.keys)
    var key: KeyArgument

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let configuration = try tool.configuration()
      let item = configuration.items.first { $0.key == key.value }
      if report.json {
        tool.print(item.map { ConfigCommand.json($0) } ?? .null)
      } else if let item {
        tool.print(item.value.description)
      }
      return item == nil ? .failed : .done
    }
  }

  /// `fsync config set`.
  struct Set: ToolCommand {
    static let configuration = CommandConfiguration(abstract: "Set a value in a file.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var scope: ScopeOptions

    @Argument(
      help: ArgumentHelp("A dotted key, as fsync-config(5) lists them.", valueName: "key"),
      completion: ConfigCommand.keys)
    var key: KeyArgument

    @Argument(help: ArgumentHelp("The value.", valueName: "value"))
    var value: String

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let path = try scope.path(tool)
      let key = key.value
      guard let value = key.value(of: value) else {
        let problem = key.problem(with: .string(value)) ?? "has another value"
        throw .configuration(file: path, line: nil, reason: "\(key.text) \(problem)")
      }
      try Configuration.edit(path, dryRun: change.dryRun) { file throws(RepositoryError) in
        try file.setting(key, to: value)
      }
      return .done
    }
  }

  /// `fsync config unset`.
  struct Unset: ToolCommand {
    static let configuration = CommandConfiguration(abstract: "Take a value out of a file.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var change: ChangeOptions
    @OptionGroup var scope: ScopeOptions

    @Argument(
      help: ArgumentHelp("A dotted key, as fsync-config(5) lists them.", valueName: "key"),
      completion: ConfigCommand.keys)
    var key: KeyArgument

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let key = key.value
      try Configuration.edit(try scope.path(tool), dryRun: change.dryRun) {
        file throws(RepositoryError) in
        try file.removing(key)
      }
      return .done
    }
  }

  /// `fsync config list`.
  struct List: ToolCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what is set, and with -v where.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var report: ReportOptions

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let configuration = try tool.configuration()
      if report.json {
        tool.print(
          .object([.init("settings", .array(configuration.items.map { ConfigCommand.json($0) }))]))
        return .done
      }
      for item in configuration.items {
        let place = tool.options.verbose ? "\t(\(tool.name(item.source)))" : ""
        tool.print("\(item.key.text) = \(item.value)\(place)")
      }
      return .done
    }
  }

  private static let keys = CompletionKind.list(ConfigurationKey.all.map(\.text))

  private static func json(_ item: Configuration.Item) -> JSON {
    let value: JSON
    switch item.value {
    case .string(let text): value = .string(text)
    case .integer(let number): value = .number(number)
    case .boolean(let flag): value = .boolean(flag)
    }
    let source: JSON
    switch item.source {
    case .user(let file), .repository(let file): source = .text(file)
    case .environment(let name): source = .string("$\(name)")
    }
    return .object([
      .init("key", .string(item.key.text)), .init("value", value), .init("source", source),
    ])
  }
}

/// A key that fsync knows.
struct KeyArgument: ExpressibleByArgument {
  /// The key.
  let value: ConfigurationKey

  /// Parses a dotted name; nil where fsync does not know it.
  init?(argument: String) {
    guard let key = ConfigurationKey(argument) else { return nil }
    value = key
  }
}

/// Which file a change goes to.
struct ScopeOptions: ParsableArguments {
  @Flag(name: .customLong("user"), help: "Change the user's own file instead of the repository's.")
  var user = false

  /// The file's path.
  func path(_ tool: Tool) throws(RepositoryError) -> [UInt8] {
    guard user else { return Configuration.repositoryPath(try tool.placeOfRepository().folder) }
    guard let path = Configuration.userPath(Host.environment) else {
      throw .configuration(
        file: [], line: nil, reason: "neither XDG_CONFIG_HOME nor HOME says where the file is")
    }
    return path
  }
}

extension Tool {
  /// What is configured here, in a repository or outside of any.
  func configuration() throws(RepositoryError) -> Configuration {
    let place = try RepositoryPlace.find(from: try directory())
    let configuration = try Configuration.load(repository: place?.folder)
    configure(configuration)
    return configuration
  }

  fileprivate func name(_ source: Configuration.Source) -> String {
    switch source {
    case .user(let file), .repository(let file): name(file)
    case .environment(let variable): "$\(variable)"
    }
  }
}
