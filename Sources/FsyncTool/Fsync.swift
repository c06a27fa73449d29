internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords

/// The command `fsync`: everything else is a subcommand.
@main
struct Fsync: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsync",
    abstract: "Keep a folder the same on several machines, with its whole history.",
    discussion: """
      A commit is local and takes a moment; a sync exchanges what the other side lacks and merges \
      what both sides did. What cannot be merged is kept twice and listed, never lost.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(name: "Start", subcommands: [Init.self, Clone.self]),
      CommandGroup(name: "Work", subcommands: [Status.self, Commit.self, Sync.self]),
      CommandGroup(
        name: "Decide", subcommands: [Conflicts.self, Resolve.self]),
      CommandGroup(
        name: "Look into history",
        subcommands: [Log.self, Show.self, Diff.self, List.self, Cat.self]),
      CommandGroup(
        name: "Change", subcommands: [Restore.self, Remove.self, Move.self]),
      CommandGroup(
        name: "Set up",
        subcommands: [RemoteCommand.self, Config.self, BundleCommand.self, HubCommand.self]),
      CommandGroup(
        name: "Look after", subcommands: [Collect.self, Prune.self, Check.self, Doctor.self]),
      CommandGroup(name: "Behind the scenes", subcommands: [Serve.self, VersionCommand.self]),
    ])

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static func main() {
    Host.holdStandardStreams()
    Host.deepenStack()
    Heap.keepFreed()
    if let plan = Host.environment("FSYNC_TEST_FAULT") {
      Faults.install(String(decoding: plan, as: UTF8.self))
    }
    Host.exit(run(Host.arguments().map(Words.text)).rawValue)
  }

  /// Parses words and does what they say.
  private static func run(_ words: [String]) -> ExitStatus {
    do {
      var parsed = try parse(words)
      guard let command = parsed as? any Command else {
        // `help`, or no command at all: this throws the text to print.
        try parsed.run()
        return .done
      }
      Interruption.catchSignals(endingAtOnce: type(of: command).endsAtOnce)
      let tool = Tool(command.global)
      do throws(RepositoryError) {
        if let directory = command.global.directory?.bytes {
          do throws(SystemError) { try Host.changeDirectory(to: directory) } catch {
            throw .system(error, path: directory)
          }
        }
        try command.run(tool)
      } catch { tool.fail(ErrorText(error)) }
      return tool.finish()
    } catch { return end(with: error) }
  }

  /// Parses words, by the command alone that they name where that is enough.
  ///
  /// Looking at the options of `fsync` itself as well takes longer than all else that a short
  /// command does. Help, usage errors and everything unusual are for the whole parser, which knows
  /// how commands are called.
  private static func parse(_ words: [String]) throws -> any ParsableCommand {
    // `-C` may come first as well; it is the command's own option.
    let folder = words.first == "-C" ? words.prefix(2) : []
    let rest = words.dropFirst(folder.count)
    if let name = rest.first, let direct = DirectCommands.named(name),
      let command = command(direct, folder + rest.dropFirst())
    {
      return command
    }
    return try parseAsRoot(words)
  }

  /// Parses a command that is known; nil where its own parser cannot do that alone.
  ///
  /// The cast to one type spares the runtime two searches for conformances.
  private static func command<Named: Command>(
    _ type: Named.Type, _ words: ArraySlice<String>
  ) -> Named? {
    (try? type.parseAsRoot(Array(words))) as? Named
  }

  /// Prints what parsing threw: a text that was asked for, or what is wrong with the words.
  private static func end(with error: any Error) -> ExitStatus {
    let output = Output()
    defer { output.flush() }
    if exitCode(for: error) == .success {
      output.line(fullMessage(for: error))
      return .done
    }
    var message = NameText.line(Words.bytes(self.message(for: error)))
    message = message.prefix(1).lowercased() + message.dropFirst()
    StandardError.write("fsync: error: \(message)\n")
    // Its last line names the help of the command that was meant.
    if let hint = fullMessage(for: error).split(separator: "\n").last(where: {
      $0.contains("See '")
    }) {
      StandardError.write("fsync: hint: \(hint.drop { $0 == " " }.replacing("See", with: "see"))\n")
    }
    return .usage
  }
}
