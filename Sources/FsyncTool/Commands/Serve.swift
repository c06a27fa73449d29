internal import ArgumentParser
import FsyncNet
import FsyncRepo

struct Serve: Command {
  static let configuration = CommandConfiguration.command(
    "serve", abstract: "Serve one sync over standard input and output.",
    discussion: "This is what fsync runs at the far end of SSH; nobody else needs it.")

  @Option(help: ArgumentHelp("Serve the repository at this path.", valueName: "path"))
  var stdio: Word

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func run(_ tool: Tool) throws(RepositoryError) {
    let carrier: DescriptorCarrier
    do { carrier = try .standardStreams() } catch {
      throw .exchange(.disconnected("standard streams"))
    }
    try Repository.serve(stdio.bytes, over: carrier)
  }
}
