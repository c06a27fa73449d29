import Glibc
import TestSupport

/// A machine of a test: a home of its own, some folders, and the built command.
final class Machine {
  private let directory: TemporaryDirectory

  /// The path under which everything of the machine is.
  var path: String { directory.path }

  init() throws {
    directory = try TemporaryDirectory()
    try run("mkdir", ["home", "desk"], directory: directory.path).expect()
  }

  /// A machine whose `desk` is a repository, with a commit of one file.
  static func withDesk() throws -> Machine {
    let machine = try Machine()
    try machine.write("desk/list", "milk\nbread\neggs\n")
    try machine.fsync("init", "-q", "--name", "desk").expect()
    try machine.fsync("commit", "-q", "-m", "first").expect()
    return machine
  }

  /// A machine with `desk` and a clone of it, `lap`.
  static func withTwo() throws -> Machine {
    let machine = try Machine.withDesk()
    try machine.fsync("clone", "-q", "--name", "lap", "../desk", "../lap").expect()
    return machine
  }

  /// A machine with `desk`, and a clone of it made of a bundle, `lap`, which know of each other by
  /// bundles alone.
  static func withTwoApart() throws -> Machine {
    let machine = try Machine.withDesk()
    try machine.fsync("bundle", "create", "-q", "../all.fsb").expect()
    try machine.fsync("clone", "-q", "--name", "lap", "../all.fsb", "../lap").expect()
    return machine
  }

  /// The command under test: `FSYNC_BINARY`, else what was built beside the tests.
  static let binary: String = {
    if let path = getenv("FSYNC_BINARY") { return String(cString: path) }
    let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
    let folder = bundle.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return (folder + ["fsync"]).joined(separator: "/")
  }()

  private var environment: [String: String] {
    ["HOME": "\(path)/home", "FSYNC": Machine.binary, "FSYNC_USER_NAME": "Ada <ada@example.org>"]
  }

  /// Runs the command in a folder of the machine.
  func fsync(
    _ arguments: String..., at folder: String = "desk", input: [UInt8] = [],
    environment more: [String: String] = [:]
  ) throws -> Ran {
    try run(
      Machine.binary, arguments, input: input, directory: "\(path)/\(folder)",
      environment: environment.merging(more) { $1 })
  }

  /// Runs a script, in which `$FSYNC` is the command, in a folder of the machine.
  func shell(_ script: String, at folder: String = "desk") throws -> Ran {
    try run(
      "bash", ["-c", script], directory: "\(path)/\(folder)", environment: environment)
  }

  func write(_ name: String, _ text: String) throws { try directory.write(name, Array(text.utf8)) }

  func write(_ name: String, _ bytes: [UInt8]) throws { try directory.write(name, bytes) }

  func read(_ name: String) throws -> String {
    String(decoding: try directory.read(name), as: UTF8.self)
  }

  func bytes(_ name: String) throws -> [UInt8] { try directory.read(name) }

  func size(of name: String) throws -> Int { try bytes(name).count }

  func exists(_ name: String) -> Bool { access(directory.appending(name), F_OK) == 0 }

  /// Everything below a folder, `.fsync` included: kind, mode, inode, times and content.
  /// - Parameter index: whether the index is in it, which any look at the folder may bring up to date.
  func digest(_ folder: String, index: Bool = true) throws -> String {
    let others = index ? "" : #"\! -path '*/.fsync' \! -path '*/.fsync/index'"#
    let script = """
      find . \(others) -printf '%P %y %m %i %s %T@ %C@ %l\\n' | sort
      find . -type f \(others) -print0 | sort -z | xargs -0 sha256sum
      """
    return try shell(script, at: folder).expect().text
  }

  /// The ids of commits, the newest first.
  func log(_ arguments: String..., at folder: String = "desk") throws -> [String] {
    let ran = try run(
      Machine.binary, ["log", "--json"] + arguments, directory: "\(path)/\(folder)",
      environment: environment)
    return try ran.expect().json()["commits"]?.elements.compactMap { $0["id"]?.text } ?? []
  }
}

/// A command that did not end as a test needs it.
struct UnexpectedEnd: Error, CustomStringConvertible {
  let ran: Ran

  var description: String { "status \(ran.status): \(ran.text)\(ran.errors)" }
}

extension Ran {
  /// The standard output as text.
  var text: String { String(decoding: stdout, as: UTF8.self) }

  /// The standard error as text.
  var errors: String { String(decoding: stderr, as: UTF8.self) }

  /// The standard output as a JSON document.
  func json() throws -> JSONValue { try JSONValue(stdout) }

  /// Throws where the status is another one.
  @discardableResult
  func expect(_ status: Int32 = 0) throws -> Ran {
    guard self.status == status else { throw UnexpectedEnd(ran: self) }
    return self
  }
}
