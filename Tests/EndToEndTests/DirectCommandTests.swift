import ArgumentParser
import Testing

@testable import FsyncTool

/// The short way to a command leads to the same one as the long way.
@Suite struct DirectCommandTests {
  @Test func everyCommandIsKnownByItsOwnName() {
    var groups: [String] = []
    for command in Fsync.configuration.subcommands {
      let name = command.configuration.commandName ?? ""
      guard let direct = DirectCommands.named(name) else {
        groups.append(name)
        continue
      }
      #expect(ObjectIdentifier(direct) == ObjectIdentifier(command), "\(name)")
      #expect(command.configuration.subcommands.isEmpty, "\(name)")
      #expect(command.configuration.aliases.isEmpty, "\(name)")
    }
    #expect(groups == ["remote", "config", "bundle", "hub"])
  }

  @Test(arguments: ["", "help", "remote", "config", "Status", "statu", "-C", "--version"])
  func whatIsNoCommandIsForTheWholeParser(word: String) {
    #expect(DirectCommands.named(word) == nil)
  }
}
