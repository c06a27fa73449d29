import Glibc

/// What a program left behind.
package struct Ran: Sendable {
  /// Its exit status; 128 and the signal's number where a signal ended it.
  package let status: Int32
  /// What it wrote to its standard output.
  package let stdout: [UInt8]
  /// What it wrote to its standard error.
  package let stderr: [UInt8]
}

/// Why a program could not be run; the number is the system's error code.
package struct RunError: Error {
  /// The call that failed.
  package let call: String
  /// The error code.
  package let code: Int32

  /// Makes an error.
  package init(call: String, code: Int32) {
    self.call = call
    self.code = code
  }
}

/// Runs a program to its end and returns what it wrote.
///
/// Input and outputs are unlinked files, so no amount of output can block either side, and
/// nothing is shared with tests that run at the same time. The environment holds `PATH`,
/// `HOME` and `TMPDIR`, what makes git and the C library behave the same everywhere, and
/// what the caller adds.
/// - Parameters:
///   - program: looked for in `PATH` where it has no slash.
///   - directory: where it runs; nil for the test's own.
package func run(
  _ program: String, _ arguments: [String], input: [UInt8] = [], directory: String? = nil,
  environment: [String: String] = [:]
) throws -> Ran {
  let stdin = try Scratch(input)
  let stdout = try Scratch([])
  let stderr = try Scratch([])
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_adddup2(&actions, stdin.descriptor, 0)
  posix_spawn_file_actions_adddup2(&actions, stdout.descriptor, 1)
  posix_spawn_file_actions_adddup2(&actions, stderr.descriptor, 2)
  // Tests run on threads that block signals, and a program would inherit that.
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var none = sigset_t()
  sigemptyset(&none)
  posix_spawnattr_setsigmask(&attributes, &none)
  posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
  let command = (directory.map { ["env", "-C", $0] } ?? []) + [program] + arguments
  var variables = [
    "LC_ALL": "C", "TZ": "UTC", "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null",
  ]
  for name in ["PATH", "HOME", "TMPDIR"] {
    if let value = getenv(name) { variables[name] = String(cString: value) }
  }
  variables.merge(environment) { $1 }

  var process: pid_t = 0
  let code = withCStrings(command) { arguments in
    withCStrings(variables.map { "\($0)=\($1)" }) { variables in
      posix_spawnp(&process, command[0], &actions, &attributes, arguments, variables)
    }
  }
  guard code == 0 else { throw RunError(call: "posix_spawnp", code: code) }
  var status: Int32 = 0
  while waitpid(process, &status, 0) < 0 {
    guard errno == EINTR else { throw RunError(call: "waitpid", code: errno) }
  }
  let signal = status & 0x7f
  return Ran(
    status: signal == 0 ? status >> 8 & 0xff : 128 + signal, stdout: try stdout.contents(),
    stderr: try stderr.contents())
}

/// Owns an open file without a name.
private struct Scratch: ~Copyable {
  let descriptor: Int32

  init(_ contents: [UInt8]) throws {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var template = Array("\(parent)/fsync-run.XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw RunError(call: "mkstemp", code: errno) }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var written = 0
    while written < contents.count {
      let count = contents.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress.map { $0 + written }, $0.count - written, off_t(written))
      }
      guard count > 0 else { throw RunError(call: "pwrite", code: errno) }
      written += count
    }
  }

  func contents() throws -> [UInt8] {
    let size = Int(lseek(descriptor, 0, SEEK_END))
    return try [UInt8](unsafeUninitializedCapacity: max(size, 0)) { buffer, filled in
      while filled < size {
        let count = pread(
          descriptor, buffer.baseAddress.map { $0 + filled }, size - filled, off_t(filled))
        guard count > 0 else { throw RunError(call: "pread", code: errno) }
        filled += count
      }
    }
  }

  deinit { close(descriptor) }
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = strings.map { strdup($0) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
