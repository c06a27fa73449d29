internal import ArgumentParser
import FsyncRepo

/// A command: it parses itself, calls the library, and prints.
protocol Command: ParsableCommand {
  /// The options that all have.
  var global: GlobalOptions { get }
  /// Whether a first Ctrl-C ends it at once: it changes nothing that could be left half done.
  static var endsAtOnce: Bool { get }
  /// Does the work; the tool remembers what the command ends with.
  func run(_ tool: Tool) throws(RepositoryError)
}

extension CommandConfiguration {
  /// The configuration of a command below `fsync`.
  ///
  /// A command that says what it lies below is not asked for completion scripts when it is parsed
  /// by itself: that would cost as much again as all else. The whole parser still makes them.
  static func command(
    _ name: String, abstract: String, discussion: String = ""
  ) -> CommandConfiguration {
    CommandConfiguration(
      commandName: name, _superCommandName: "fsync", abstract: abstract, discussion: discussion)
  }
}
