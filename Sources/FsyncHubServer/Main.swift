internal import ArgumentParser
import FsyncHub
import FsyncSystem
import FsyncWords
import Logging
import ServiceLifecycle

/// The program `fsync-hub`: serves the repositories of a folder over HTTP.
@main
struct HubCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fsync-hub", abstract: "Serve the repositories of a folder over HTTP.",
    discussion: """
      fsync hub create makes a repository, fsync hub token says who may use it. Until the first \
      token is made everybody on this machine may do everything, and nobody else anything.
      """)

  @Argument(help: "The hub's folder.") var folder = "."
  @OptionGroup var options: ServerOptions

  func run() async throws {
    Host.holdStandardStreams()
    Interruption.ignoreBrokenPipes()
    Heap.serveManyThreads()
    let logger = LogText.logger(options.logLevel)
    do {
      let settings = try ServerSettings(options)
      let hub = try Hub(at: Array(folder.utf8))
      let server = try Server(hub, settings, logger)
      try await server.run()
    } catch let error as HubError {
      let text = ErrorText(error)
      HubCommand.fail(text.message + (text.hint.map { "; \($0)" } ?? ""))
    } catch let error as SettingsError {
      HubCommand.fail(error.text)
    } catch {
      HubCommand.fail(LogText.words(error))
    }
  }

  private static func fail(_ text: String) -> Never {
    try? StandardStreams.write(Array("fsync-hub: error: \(text)\n".utf8), to: 2)
    Host.exit(1)
  }
}
