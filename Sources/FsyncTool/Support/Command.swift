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
