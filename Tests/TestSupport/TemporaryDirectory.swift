import Glibc

/// Owns a new, empty directory, which is removed with all it holds at the end of its scope.
package struct TemporaryDirectory: ~Copyable {
  /// The directory's absolute path, without symbolic links in it.
  package let path: String

  /// Makes a directory where `TMPDIR` says, else in `/tmp`.
  /// - Parameter inMemory: whether it may be in memory, where nothing needs a disk: many small
  ///   files are made ten times faster.
  package init(inMemory: Bool = false) throws {
    let usual = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    let parent = inMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : usual
    var template = Array("\(parent)/fsync-test.XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil, let resolved = realpath(template, nil) else {
      throw RunError(call: "mkdtemp", code: errno)
    }
    defer { free(resolved) }
    path = String(cString: resolved)
  }

  /// Returns the path of a name in the directory.
  package func appending(_ name: String) -> String {
    "\(path)/\(name)"
  }

  /// Writes a file, making the folders above it.
  package func write(_ name: String, _ contents: [UInt8]) throws {
    for (index, byte) in name.utf8.enumerated() where byte == 0x2f {
      mkdir(appending(String(decoding: name.utf8.prefix(index), as: UTF8.self)), 0o777)
    }
    guard let file = fopen(appending(name), "we") else {
      throw RunError(call: "fopen", code: errno)
    }
    let written = fwrite(contents, 1, contents.count, file)
    guard fclose(file) == 0, written == contents.count else {
      throw RunError(call: "fwrite", code: errno)
    }
  }

  /// Returns a file's bytes.
  package func read(_ name: String) throws -> [UInt8] {
    guard let file = fopen(appending(name), "re") else {
      throw RunError(call: "fopen", code: errno)
    }
    defer { fclose(file) }
    var result: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { break }
      result.append(contentsOf: buffer[..<count])
    }
    guard ferror(file) == 0 else { throw RunError(call: "fread", code: errno) }
    return result
  }

  deinit { removeAll(Array(path.utf8CString)) }
}

/// Removes what is at a path and below it, without following symbolic links.
///
/// Names are bytes: those that are not UTF-8 are removed too.
private func removeAll(_ path: [CChar]) {
  guard unlink(path) != 0, errno == EISDIR || errno == EPERM else { return }
  // A test may have left the folder without permissions.
  chmod(path, 0o700)
  var children: [[CChar]] = []
  if let folder = opendir(path) {
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { name in
          Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1))
        }
      }
      guard name != [0x2e, 0], name != [0x2e, 0x2e, 0] else { continue }
      children.append(path.dropLast() + [0x2f] + name)
    }
    closedir(folder)
  }
  for child in children { removeAll(child) }
  rmdir(path)
}
