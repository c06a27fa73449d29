internal import ArgumentParser
import FsyncNet
import FsyncRepo
import FsyncSystem

struct Serve: Command {
  static let configuration = CommandConfiguration.command(
    "serve", abstract: "Serve the repositories of a folder over HTTP.",
    discussion: """
      Runs fsync-hub, which has options of its own: they follow the folder. With --stdio it serves \
      one sync over standard input and output, which is what fsync runs at the far end of SSH.
      """)

  @Option(help: ArgumentHelp("Serve the repository at this path, and no hub.", valueName: "path"))
  var stdio: Word?

  @Argument(
    parsing: .captureForPassthrough,
    help: ArgumentHelp("The hub's folder, and options of fsync-hub.", valueName: "folder"))
  var words: [Word] = []

  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = false

  func validate() throws {
    guard stdio == nil || words.isEmpty else {
      throw ValidationError("--stdio serves one repository; a folder does not go with it")
    }
  }

  func run(_ tool: Tool) throws(RepositoryError) {
    guard let stdio else { return try serveHub() }
    let carrier: DescriptorCarrier
    do { carrier = try .standardStreams() } catch {
      throw .exchange(.disconnected("standard streams"))
    }
    try Repository.serve(stdio.bytes, over: carrier)
  }

  /// Becomes the hub's program: what stops this process stops that.
  private func serveHub() throws(RepositoryError) {
    let program = Array(OwnProgram.path(of: "fsync-hub").utf8)
    do throws(SystemError) { try Host.become(program, words.map(\.bytes)) } catch {
      throw .system(error, path: program)
    }
  }
}
