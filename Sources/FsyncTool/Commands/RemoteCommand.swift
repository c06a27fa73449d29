import ArgumentParser
import FsyncRepo

/// `fsync remote`: the other repositories that this one syncs with.
struct RemoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remote", abstract: "List and change the remotes to sync with.",
    subcommands: [Add.self, Remove.self, List.self, SetURL.self], defaultSubcommand: List.self)

  /// `fsync remote add`.
  struct Add: ToolCommand {
    static let configuration = CommandConfiguration(abstract: "Make a remote known.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var change: ChangeOptions

    @Option(
      name: .customLong("command"),
      help: ArgumentHelp("What fsync is called on the remote's machine.", valueName: "command"))
    var command: String?

    @Argument(help: ArgumentHelp("What to call it.", valueName: "name"))
    var name: String

    @Argument(
      help: ArgumentHelp("A path, ssh://user@host:port/path or host:path.", valueName: "url"),
      completion: .directory)
    var url: RawArgument

    func validate() throws { try RemoteCommand.check(name) }

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let place = try tool.placeOfRepository()
      let url = try tool.place(ofRemote: url)
      try Configuration.edit(
        Configuration.repositoryPath(place.folder), dryRun: change.dryRun
      ) { file throws(RepositoryError) in
        guard file.value(of: .remoteURL(name)) == nil else { throw .remoteExists(name) }
        var file = try file.setting(.remoteURL(name), to: .string(url))
        if let command { file = try file.setting(.remoteCommand(name), to: .string(command)) }
        return file
      }
      return .done
    }
  }

  /// `fsync remote remove`.
  struct Remove: ToolCommand {
    static let configuration = CommandConfiguration(abstract: "Forget a remote.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var change: ChangeOptions

    @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
    var name: String

    func validate() throws { try RemoteCommand.check(name) }

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let place = try tool.placeOfRepository()
      try Configuration.edit(
        Configuration.repositoryPath(place.folder), dryRun: change.dryRun
      ) { file throws(RepositoryError) in
        guard file.value(of: .remoteURL(name)) != nil else { throw .unknownRemote(name) }
        return try file.removing(remote: name)
      }
      return .done
    }
  }

  /// `fsync remote list`.
  struct List: ToolCommand {
    static let configuration = CommandConfiguration(abstract: "List the remotes.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var report: ReportOptions

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let configuration = try Configuration.load(repository: try tool.placeOfRepository().folder)
      tool.configure(configuration)
      if report.json {
        tool.print(
          .object([
            .init(
              "remotes",
              .array(
                configuration.remotes.map { remote in
                  .object([
                    .init("name", .string(remote.name)), .init("url", .string(remote.url)),
                    .init("command", remote.command.map { .string($0) } ?? .null),
                  ])
                }))
          ]))
      } else {
        for remote in configuration.remotes {
          tool.out.write(Array("\(remote.name)\t".utf8) + tool.shown(Array(remote.url.utf8)))
          tool.out.write([0x0a])
        }
      }
      return .done
    }
  }

  /// `fsync remote set-url`.
  struct SetURL: ToolCommand {
    static let configuration = CommandConfiguration(
      commandName: "set-url", abstract: "Change where a remote is.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var change: ChangeOptions

    @Argument(help: ArgumentHelp("Its name.", valueName: "name"))
    var name: String

    @Argument(
      help: ArgumentHelp("A path, ssh://user@host:port/path or host:path.", valueName: "url"),
      completion: .directory)
    var url: RawArgument

    func validate() throws { try RemoteCommand.check(name) }

    func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
      let place = try tool.placeOfRepository()
      let url = try tool.place(ofRemote: url)
      try Configuration.edit(
        Configuration.repositoryPath(place.folder), dryRun: change.dryRun
      ) { file throws(RepositoryError) in
        guard file.value(of: .remoteURL(name)) != nil else { throw .unknownRemote(name) }
        return try file.setting(.remoteURL(name), to: .string(url))
      }
      return .done
    }
  }

  private static func check(_ name: String) throws {
    guard Remote.isValidName(name) else {
      throw ValidationError(
        "a remote's name is 1 to 64 letters, digits, '-' and '_', and does not begin with '-'")
    }
  }
}

extension Tool {
  /// Where the repository is; its store need not open.
  func placeOfRepository() throws(RepositoryError) -> RepositoryPlace {
    let directory = try directory()
    guard let place = try RepositoryPlace.find(from: directory) else {
      throw .notARepository(directory)
    }
    return place
  }
}
