import FoundationEssentials
import TestSupport

/// A command of the program, as its argument parser describes it.
struct CommandTree: Decodable {
  /// An option, flag or argument.
  struct Argument: Decodable {
    struct Name: Decodable {
      let kind: String
      let name: String

      /// The name with its dashes.
      var text: String { (kind == "long" ? "--" : "-") + name }
    }

    let kind: String
    let names: [Name]?
  }

  let commandName: String
  let subcommands: [CommandTree]?
  let arguments: [Argument]?

  /// The name of every spelling of every option, each with those of the same option.
  var options: [[String]] { (arguments ?? []).compactMap { $0.names?.map(\.text) } }

  /// The options of the command and of all commands below it.
  var allOptions: [[String]] { options + (subcommands ?? []).flatMap(\.allOptions) }

  /// The commands that do something, and are no groups of others.
  var leaves: [CommandTree] {
    guard let subcommands else { return [self] }
    return subcommands.filter { $0.commandName != "help" }.flatMap(\.leaves)
  }

  /// Every spelling of every option of the command and of all below it.
  var spellings: Set<String> { Set(allOptions.flatMap { $0 }) }

  /// Asks the program.
  static func ofTool() throws -> CommandTree {
    struct Dump: Decodable {
      let command: CommandTree
    }
    let dumped = try run(Checkout.tool, ["--experimental-dump-help"])
    guard dumped.status == 0 else { throw RunError(call: Checkout.tool, code: dumped.status) }
    return try JSONDecoder().decode(Dump.self, from: Data(dumped.stdout)).command
  }
}
