internal import ArgumentParser
import FsyncCore
import FsyncHub
import FsyncRepo

struct HubToken: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "token", abstract: "Say who may use a hub's repositories.",
    subcommands: [HubTokenAdd.self, HubTokenList.self, HubTokenRevoke.self],
    defaultSubcommand: HubTokenList.self)
}

struct HubTokenAdd: Command {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Make a token, and print it: it is stored nowhere.",
    discussion: "Whoever has it may do what it is for. The hub keeps a hash of it only.")

  @Argument(help: "Whose it is, for the list.")
  var label: String

  @Option(
    name: .customLong("read"),
    help: ArgumentHelp("Let it read this repository, or * for all.", valueName: "name"))
  var read: [HubScope] = []

  @Option(
    name: .customLong("write"),
    help: ArgumentHelp("Let it read and push to this repository, or * for all.", valueName: "name"))
  var write: [HubScope] = []

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func validate() throws {
    guard !read.isEmpty || !write.isEmpty else {
      throw ValidationError("a token needs --read or --write, or both")
    }
    guard Grant.isLabel(label) else {
      throw ValidationError("a label is one line of 1 to 200 bytes")
    }
  }

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.withHub { hub throws(HubError) in
      let (token, grant) = try hub.addToken(
        label: label, read: HubScope.joined(read), write: HubScope.joined(write))
      if report.json {
        tool.output.document(["id": .string(grant.id), "token": .string(token.text)])
      } else {
        tool.output.line(token.text)
      }
    }
  }
}

struct HubTokenList: Command {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the tokens, without their secrets.")

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.withHub { hub throws(HubError) in
      let grants = try hub.grants() ?? []
      if report.json {
        tool.output.document(["tokens": .array(grants.map(\.json))])
        return
      }
      for grant in grants {
        let rights = [
          grant.read.words.map { "reads \($0)" }, grant.write.words.map { "writes \($0)" },
        ].compactMap(\.self).joined(separator: ", ")
        let label = NameText.line(Array(grant.label.utf8))
        tool.output.line("\(tool.style(grant.id, .strong))  \(label): \(rights)")
      }
    }
  }
}

struct HubTokenRevoke: Command {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a token back.")

  @Argument(help: "Its id, the digits after fst-, as the list has it.")
  var id: String

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    try tool.withHub { hub throws(HubError) in
      try hub.revokeToken(id)
      tool.say("token \(id) is no longer good")
    }
  }
}

/// A repository that a token is for, or `*` for all of them.
struct HubScope: ExpressibleByArgument {
  private let name: RepositoryName?

  init?(argument: String) {
    name = argument == "*" ? nil : RepositoryName(argument)
    guard name != nil || argument == "*" else { return nil }
  }

  /// All that some words say together.
  static func joined(_ words: [HubScope]) -> Grant.Scope {
    let names = words.compactMap(\.name)
    return names.count < words.count ? .all : .some(Set(names))
  }
}

extension Grant.Scope {
  /// What it is for, in words; nil for nothing.
  fileprivate var words: String? {
    switch self {
    case .all: "everything"
    case .some(let names):
      names.isEmpty ? nil : names.sorted().map(\.text).joined(separator: " ")
    }
  }

  fileprivate var json: JSON {
    switch self {
    case .all: .array([.string("*")])
    case .some(let names): .array(names.sorted().map { .string($0.text) })
    }
  }
}

extension Grant {
  fileprivate var json: JSON {
    [
      "id": .string(id), "label": .string(label), "created": .integer(created), "read": read.json,
      "write": write.json,
    ]
  }
}
