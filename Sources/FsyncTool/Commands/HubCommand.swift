internal import ArgumentParser
import FsyncCore
import FsyncHub
import FsyncRepo
import FsyncWords

struct HubCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hub", abstract: "Look after a folder of repositories that fsync serve serves.",
    discussion: """
      The hub is the current folder, or the one that -C names; an empty folder becomes one.
      """,
    subcommands: [HubCreate.self, HubList.self, HubToken.self], defaultSubcommand: HubList.self)
}

struct HubCreate: Command {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make an empty repository; the first sync fills it.")

  @Argument(help: "What it is called: letters, digits, -, _ and .; it ends its URL.")
  var name: HubName

  @Option(
    help: ArgumentHelp(
      "Take no more than so much: bytes, or a number with K, M or G.", valueName: "size"))
  var quota: Size?

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.withHub { hub throws(HubError) in
      try hub.create(name.name, quota: quota?.bytes)
      tool.say("repository \(name.name) is made; it is empty")
    }
  }
}

struct HubList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the repositories.")

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.withHub { hub throws(HubError) in
      let names = try hub.repositories()
      if report.json {
        tool.output.document(["repositories": .array(names.map { .string($0.text) })])
      } else {
        for name in names { tool.output.line(name.text) }
      }
    }
  }
}

/// A name that a repository of a hub may have.
struct HubName: ExpressibleByArgument, Hashable {
  let name: RepositoryName

  init?(argument: String) {
    guard let name = RepositoryName(argument) else { return nil }
    self.name = name
  }
}

/// Some bytes as the command line has them.
struct Size: ExpressibleByArgument {
  let bytes: UInt64

  init?(argument: String) {
    guard let bytes = ByteCount.bytes(of: argument), bytes > 0 else { return nil }
    self.bytes = bytes
  }
}

extension Tool {
  /// Works with the hub in the current folder.
  func withHub(_ body: (Hub) throws(HubError) -> Void) throws(RepositoryError) {
    let directory = try directory()
    do throws(HubError) { try body(try Hub(at: directory)) } catch {
      if case .repository(let error) = error { throw error }
      fail(ErrorText(error))
    }
  }
}
