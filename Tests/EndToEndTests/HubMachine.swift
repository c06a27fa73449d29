import Glibc
import TestSupport

/// A machine with a `desk`, and a hub in `hub` that runs until nobody has this any more.
final class HubMachine {
  let machine: Machine
  private(set) var port = 0
  private(set) var process: pid_t = 0

  /// Makes the machine and a hub with an empty repository `notes`.
  init() throws {
    machine = try Machine.withDesk()
    try machine.shell("mkdir ../hub && $FSYNC -C ../hub hub create -q notes").expect()
  }

  deinit { if process > 0 { kill(process, SIGKILL) } }

  /// Starts the hub.
  /// - Parameter options: what follows its folder on the command line.
  func start(_ options: String = "") throws {
    let script = """
      rm -f ../port
      setsid $FSYNC serve ../hub --listen 127.0.0.1:\(port) --port-file ../port \(options) \
        >>../hub.log 2>&1 </dev/null &
      pid=$!
      for n in {1..200}; do
        test -s ../port && break
        kill -0 $pid 2>/dev/null || { cat ../hub.log >&2; exit 1; }
        sleep 0.05
      done
      echo $pid $(cat ../port)
      """
    let words = try machine.shell(script).expect().text.split { " \n".contains($0) }
    guard words.count == 2, let process = pid_t(words[0]), let port = Int(words[1]) else {
      throw UnexpectedEnd(ran: try machine.shell("cat ../hub.log"))
    }
    (self.process, self.port) = (process, port)
  }

  /// Ends the hub by a signal, and waits for its end.
  func stop(_ signal: Int32) throws {
    kill(process, signal)
    // One that has ended may wait for long until somebody takes note of it.
    let lives = "grep -qs '^State:.[^ZX]' /proc/\(process)/status"
    try machine.shell("while \(lives); do sleep 0.02; done").expect()
    process = 0
  }

  /// Where a repository of the hub is.
  func url(_ name: String = "notes") -> String { "http://127.0.0.1:\(port)/\(name)" }

  /// Makes a token.
  func token(_ rights: String) throws -> String {
    let ran = try machine.shell("$FSYNC -C ../hub hub token add someone \(rights)").expect()
    return ran.text.filter { $0 != "\n" }
  }

  /// What the hub answers to a request, as it came over the connection.
  func answer(
    _ method: String, _ path: String, _ headers: [String] = [], host: String = "localhost"
  ) throws -> String {
    String(decoding: try bytes(method, path, headers, host: host), as: UTF8.self)
  }

  /// What the hub answers to a request, byte for byte.
  func bytes(
    _ method: String, _ path: String, _ headers: [String] = [], host: String = "localhost"
  ) throws -> [UInt8] {
    let lines = ["\(method) \(path) HTTP/1.1", "Host: \(host)", "Connection: close"] + headers
    let script = """
      exec 3<>/dev/tcp/127.0.0.1/\(port)
      printf '%s\\r\\n' \(lines.map { "'\($0)'" }.joined(separator: " ")) '' >&3
      timeout 20 cat <&3
      """
    return try machine.shell(script).expect().stdout
  }
}
