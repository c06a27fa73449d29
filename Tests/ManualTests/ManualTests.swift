import FsyncRepo
import TestSupport
import Testing

/// Holds the program and its manual together: what one has, the other describes.
@Suite struct ManualTests {
  private let tool: CommandTree
  private let overview: ManualPage
  private let commands: [CommandTree]
  /// The options that every command has, by the overview.
  private let common: Set<String>

  init() throws {
    tool = try CommandTree.ofTool()
    overview = try ManualPage("fsync.1")
    commands = (tool.subcommands ?? []).filter { $0.commandName != "help" }
    common = overview.describedOptions(in: "Every command")
    try #require(!commands.isEmpty && !common.isEmpty)
  }

  @Test func everyCommandHasItsPageAndEveryPageItsCommand() throws {
    let pages = try Checkout.names(in: "man").filter { $0.hasSuffix(".1") && $0 != "fsync.1" }
    let expected = commands.map { "fsync-\($0.commandName).1" }
    #expect(Set(pages) == Set(expected))
    let listed = overview.heads("Xr", in: "Commands").map { $0.split(separator: " ")[0] }
    #expect(Set(listed.map { "\($0).1" }) == Set(expected))
    #expect(listed.count == expected.count)
  }

  @Test func everyCommandHasTheCommonOptions() {
    for command in commands.flatMap(\.leaves) {
      #expect(command.spellings.isSuperset(of: common), "\(command.commandName)")
    }
    #expect(Set(tool.options.flatMap { $0 }) == common)
    #expect(overview.describedOptions().isSuperset(of: ["--json", "--dry-run", "-z", "--null"]))
  }

  @Test func everyOptionIsDescribedAndEveryDescriptionHasItsOption() throws {
    for command in commands {
      let page = try ManualPage("fsync-\(command.commandName).1")
      let described = page.describedOptions()
      let (name, spellings) = (command.commandName, command.spellings)
      #expect(
        described.isSuperset(of: spellings.subtracting(common)), "not in the page of \(name)")
      #expect(spellings.isSuperset(of: described), "in the page of \(name), not in the program")
      let synopsis = page.synopsisOptions
      #expect(spellings.isSuperset(of: synopsis), "in the synopsis of \(name)")
      for option in command.allOptions where !option.contains(where: common.contains) {
        #expect(option.contains(where: synopsis.contains), "not in the synopsis of \(name)")
      }
    }
  }

  @Test func theExitCodesAreThoseOfTheProgram() throws {
    let source = String(
      decoding: try Checkout.contents(of: "Sources/FsyncWords/ExitStatus.swift"),
      as: UTF8.self)
    let codes = source.matches(of: /case \w+ = (\d+)/).compactMap { Int($0.1) }
    let listed = overview.section("EXIT STATUS").compactMap { line in
      line.hasPrefix(".It ") ? Int(line.dropFirst(4)) : nil
    }
    #expect(!codes.isEmpty && listed == codes.sorted())
    for command in commands {
      let page = try ManualPage("fsync-\(command.commandName).1")
      let text = page.section("EXIT STATUS").filter { !$0.hasPrefix(".Xr") }.joined(separator: " ")
      let mentioned = text.matches(of: /\b\d+\b/).compactMap { Int($0.0) }
      #expect(!mentioned.isEmpty, "\(command.commandName) says no exit code")
      #expect(Set(codes).isSuperset(of: mentioned), "\(command.commandName)")
    }
  }

  @Test func theProgramEndsAsTheManualSays() throws {
    let folder = try TemporaryDirectory()
    let none = try run(Checkout.tool, ["status"], directory: folder.path)
    #expect(none.status == 1)
    let senseless = try run(Checkout.tool, ["status", "--no-such-option"], directory: folder.path)
    #expect(senseless.status == 64)
    #expect(try run(Checkout.tool, ["init"], directory: folder.path).status == 0)
    let changed = try run(Checkout.tool, ["status", "--exit-code"], directory: folder.path)
    #expect(changed.status == 1)
  }

  @Test func everySettingIsDescribedWithItsVariable() throws {
    let page = try ManualPage("fsync-config.5")
    let heads = page.heads("Cm", in: "Settings")
    let keys = heads.map { $0.split(separator: " ")[0] }.filter { !$0.hasPrefix("remote.") }
    #expect(keys == ConfigurationKey.all.map { Substring($0.text) })
    let variables = page.section("Settings").filter { $0.hasPrefix(".Ev ") }
    #expect(variables == ConfigurationKey.all.compactMap { $0.environment.map { ".Ev \($0) ." } })
    #expect(heads.filter { $0.hasPrefix("remote. Ns Ar NAME Ns Cm .") }.count == 2)
  }
}
