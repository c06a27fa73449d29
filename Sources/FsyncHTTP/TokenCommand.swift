import FsyncNet
import Subprocess
import SystemPackage

/// A command that prints a token: a password manager's, say.
enum TokenCommand {
  /// Runs a line of shell, with the URL in `FSYNC_URL`, and returns what it prints.
  static func run(_ line: [UInt8], for place: HTTPPlace) async throws(Trouble) -> [UInt8] {
    let configuration = Configuration(
      executable: .path("/bin/sh"), arguments: ["-c", String(decoding: line, as: UTF8.self)],
      environment: .inherit.updating(["FSYNC_URL": place.description]))
    do {
      let ran = try await Subprocess.run(
        configuration, input: .none, output: .bytes(limit: 8 << 10), error: .discarded)
      guard case .exited(0) = ran.terminationStatus else {
        throw Trouble("the command for the token failed")
      }
      return ran.standardOutput
    } catch let trouble as Trouble { throw trouble } catch {
      throw Trouble("the command for the token cannot be run: \(error)")
    }
  }
}
