import FsyncCore
import FsyncRepo
import FsyncSystem
import FsyncWords
internal import Logging

/// What a command works with: where it prints, how that looks, and what it will end with.
final class Tool {
  /// The options that all commands have.
  let global: GlobalOptions
  /// The standard output: results.
  let output = Output()
  /// How texts look.
  private(set) var style: Style
  /// What the command ends with, as far as it has come.
  private(set) var status = ExitStatus.done
  /// Told what happens inside; nil without `-v`.
  let log: Logger?
  /// Told how far long work is; shows it on a terminal.
  let progress: Progress
  private let bar: ProgressBar?
  /// Takes the progress away from a terminal before something is written to the standard error.
  var makeRoom: @Sendable () -> Void { { [bar] in bar?.erase() } }

  init(_ global: GlobalOptions) {
    self.global = global
    style = Style(global.color ?? .auto)
    let bar = !global.quiet && Host.isTerminal(2) ? ProgressBar() : nil
    self.bar = bar
    log = global.verbose ? Diagnostics.logger { bar?.erase() } : nil
    progress = Diagnostics.phases(log, of: bar?.progress ?? .none)
    output.willWrite = { bar?.erase() }
  }

  /// Ends: prints what is left, and returns the status.
  func finish() -> ExitStatus {
    output.flush()
    bar?.erase()
    if let failure = output.failure { fail(ErrorText(failure, path: Array("output".utf8))) }
    return status
  }
}

extension Tool {
  /// Opens the repository at or above the current directory.
  func open() throws(RepositoryError) -> Repository {
    let repository = try Repository.open(at: try directory())
    repository.progress = progress
    if global.color == nil, let color = repository.configuration.color {
      style = Style(ColorChoice(rawValue: color) ?? .auto)
    }
    log?.debug("repository \(NameText.quoted(repository.folder))")
    for unknown in repository.configuration.unknown {
      log?.warning(
        "\(NameText.quoted(unknown.file)): \(unknown.key) is no setting of this version")
    }
    return repository
  }

  /// The current directory.
  func directory() throws(RepositoryError) -> [UInt8] {
    do { return try Host.currentDirectory() } catch { throw .system(error, path: [0x2e]) }
  }

  /// The paths of the working tree that words mean.
  func paths(_ words: [Word], in repository: Repository) throws(RepositoryError) -> [Path] {
    guard !words.isEmpty else { return [] }
    let directory = try directory()
    var paths: [Path] = []
    for word in words {
      guard !word.bytes.isEmpty else { throw .invalidPath([]) }
      paths.append(try repository.place.path(of: word.bytes, from: directory))
    }
    return paths
  }

  /// The path of the working tree that a word means.
  func path(_ word: Word, in repository: Repository) throws(RepositoryError) -> Path {
    try paths([word], in: repository).first ?? .root
  }
}

extension Tool {
  /// Prints a line that tells what was done, unless it is to be quiet.
  func say(_ text: String) {
    if !global.quiet { output.line(text) }
  }

  /// Prints what a person must see, whatever the options.
  func warn(_ text: String, hint: String? = nil) {
    output.flush()
    tell("warning: \(text)")
    if let hint { tell("hint: \(hint)") }
  }

  /// Prints why something failed, and remembers it for the end.
  func fail(_ error: ErrorText) {
    output.flush()
    tell("error: \(error.message)")
    if let hint = error.hint { tell("hint: \(hint)") }
    note(error.status)
  }

  private func tell(_ text: String) {
    bar?.erase()
    StandardError.write("fsync: \(text)\n")
  }

  /// Remembers what a part of the work ended with.
  func note(_ part: ExitStatus) { status = status.joined(part) }

  /// Reports paths that could not be looked at or written.
  ///
  /// What is skipped by design is told only on demand: it would be the same in every run.
  func report(_ problems: [PathProblem]) {
    for problem in problems {
      note(problem.status)
      if problem.status != .done || global.verbose {
        warn("\(problem.name): \(problem.text)")
      }
    }
  }
}
