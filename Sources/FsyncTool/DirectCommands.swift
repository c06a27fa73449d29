/// Commands by name.
///
/// The configuration of each says the same, but to ask all of them, with their help texts, takes
/// longer than a short command does.
enum DirectCommands {
  /// The command that a word names; nil for groups of commands and for what is no command.
  static func named(_ word: String) -> (any Command.Type)? {
    switch word {
    case "init": Init.self
    case "clone": Clone.self
    case "status": Status.self
    case "commit": Commit.self
    case "sync": Sync.self
    case "conflicts": Conflicts.self
    case "resolve": Resolve.self
    case "log": Log.self
    case "show": Show.self
    case "diff": Diff.self
    case "ls": List.self
    case "cat": Cat.self
    case "restore": Restore.self
    case "rm": Remove.self
    case "mv": Move.self
    case "gc": Collect.self
    case "prune": Prune.self
    case "fsck": Check.self
    case "doctor": Doctor.self
    case "serve": Serve.self
    case "version": VersionCommand.self
    default: nil
    }
  }
}
