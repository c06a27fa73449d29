internal import CFsync
internal import Glibc

extension Host {
  /// The words of the command line after the program's name, byte for byte.
  package static func arguments() -> [[UInt8]] {
    (1..<max(1, Int(CommandLine.argc))).compactMap { index in
      CommandLine.unsafeArgv[index].map { word in
        Array(UnsafeRawBufferPointer(start: word, count: strlen(word)))
      }
    }
  }

  /// Makes a folder the current directory.
  ///
  /// The corresponding C function is `chdir`.
  package static func changeDirectory(to path: [UInt8]) throws(SystemError) {
    try withCString(.open, path) { pointer throws(SystemError) in
      _ = try checked(.open) { chdir(pointer) }
    }
  }

  /// Opens `/dev/null` for each standard stream that the caller has closed.
  ///
  /// Otherwise the first file that is opened, a journal say, would be the standard output, and
  /// messages would be written into it.
  package static func holdStandardStreams() {
    while let file = try? File(Array("/dev/null".utf8), .readWrite), file.descriptor <= 2 {
      _ = file.release()
    }
  }

  /// Makes another program of this process.
  /// - Parameters:
  ///   - program: its path; looked for in `PATH` where it has no slash.
  ///   - arguments: what follows its name.
  ///
  /// The corresponding C function is `execvp`.
  package static func become(
    _ program: [UInt8], _ arguments: [[UInt8]]
  ) throws(SystemError) -> Never {
    let words = ([program] + arguments).map { word in
      let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count + 1)
      for (index, byte) in word.enumerated() { copy[index] = CChar(bitPattern: byte) }
      copy[word.count] = 0
      return Optional(copy)
    }
    var list = words + [nil]
    if let name = words[0] { execvp(name, &list) }
    let code = errno
    for word in words { word?.deallocate() }
    throw SystemError(.open, code: code)
  }

  /// Bytes of stack for whatever walks folders within folders.
  ///
  /// There may be 2,048 of them, at some kilobytes each; what is not used costs nothing.
  package static let stackLength = 64 << 20

  /// Lets the main thread use as much stack.
  ///
  /// The corresponding C function is `setrlimit`.
  package static func deepenStack() { cfsync_deepen_stack(stackLength) }

  /// Ends the process.
  ///
  /// The corresponding C function is `exit`.
  package static func exit(_ status: Int32) -> Never { Glibc.exit(status) }
}
