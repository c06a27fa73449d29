internal import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncWords

/// The options of every command.
struct GlobalOptions: ParsableArguments {
  @Option(
    name: .customShort("C"),
    help: ArgumentHelp("Work as if started in this folder.", valueName: "folder"),
    completion: .directory)
  var directory: Word?

  @Flag(name: .shortAndLong, help: "Say nothing but what was asked for and what a person must see.")
  var quiet = false

  @Flag(name: .shortAndLong, help: "Say more: every path, and what takes how long.")
  var verbose = false

  @Option(help: ArgumentHelp("When output is coloured.", valueName: "when"))
  var color: ColorChoice?
}

/// The option of commands that report.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print one JSON document.")
  var json = false
}

/// The option of commands that change something.
struct ChangeOptions: ParsableArguments {
  @Flag(help: "Say what would be done, and change nothing.")
  var dryRun = false
}

/// The option of commands that print names.
struct NameOptions: ParsableArguments {
  @Flag(
    name: [.customShort("z"), .customLong("null")],
    help: "End every record with a NUL byte, and print names as they are.")
  var null = false
}

/// The options of commands that talk to a remote.
struct ExchangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Move at most so many bytes a second in each direction: 500K, 2M; 0 for no limit.",
      valueName: "rate"))
  var limitRate: RateLimit?

  @Option(
    help: ArgumentHelp(
      "Try again so often, after a wait that grows, where the remote cannot be reached.",
      valueName: "n"))
  var retry: Count?

  /// How a session is tried again, which is said on the standard error: an outage that passes is
  /// nothing that a person must see.
  func retrying(_ tool: Tool) -> Retrying {
    var retrying = Retrying()
    retrying.attempts = retry?.number ?? 0
    if tool.global.quiet { return retrying }
    let willWrite = tool.makeRoom
    retrying.willRetry = { notice in
      willWrite()
      StandardError.write("fsync: \(notice.text)\n")
    }
    return retrying
  }
}

/// Bytes a second as the command line has them.
struct RateLimit: ExpressibleByArgument {
  let bytes: UInt64

  init?(argument: String) {
    guard let bytes = ByteCount.bytes(of: argument) else { return nil }
    self.bytes = bytes
  }
}

extension Retrying.Notice {
  /// Why there is a wait, and for how long.
  fileprivate var text: String {
    let tenths = Int((seconds * 10).rounded(.up))
    return "\(NameText.line(Array(remote.utf8))): \(ErrorText(error).message); trying again in "
      + "\(tenths / 10).\(tenths % 10) s (\(attempt) of \(attempts))"
  }
}
