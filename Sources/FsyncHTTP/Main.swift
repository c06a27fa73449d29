import FsyncNet
import FsyncSystem

/// The program `fsync-http`, which carries one sync between a socket and a hub.
///
/// `fsync-http [--timeout SECONDS] URL`; the socket is its standard input. `fsync` runs it; nobody
/// else needs it.
@main
enum Main {
  static func main() async {
    Host.holdStandardStreams()
    Interruption.ignoreBrokenPipes()
    do throws(Trouble) {
      let request = try await Invocation(Host.arguments())
      let descriptor: Int32
      do throws(SystemError) { descriptor = try StandardStreams.take().read } catch {
        throw Trouble("standard input is no socket: \(error.message)")
      }
      try await Exchange(request).run(over: descriptor)
    } catch {
      try? StandardStreams.write(Array("\(error.text)\n".utf8), to: 2)
      Host.exit(1)
    }
  }
}

/// Why nothing can be carried, in words for people.
struct Trouble: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
