internal import ArgumentParser

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
