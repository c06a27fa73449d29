import FsyncSystem
import Glibc
import TestSupport
import Testing

@Suite struct LockFileTests {
  /// A copy of a descriptor, as a program has it that is being started.
  private func copy(ofDescriptorOf path: String) throws -> Int32 {
    for number in Int32(3)..<4096 {
      var target = [UInt8](repeating: 0, count: 4096)
      let count = readlink("/proc/self/fd/\(number)", &target, target.count)
      if count > 0, String(decoding: target[..<count], as: UTF8.self) == path {
        return try #require(Optional(dup(number)))
      }
    }
    Issue.record("the lock has no descriptor")
    return -1
  }

  private func isFree(_ path: [UInt8]) throws -> Bool {
    let lock = try LockFile.acquire(path, waiting: 0)
    switch lock {
    case .none: return false
    case .some: return true
    }
  }

  @Test("a lock that was let go is free, even while a copy of its descriptor is open")
  func copiesDoNotKeepIt() throws {
    let folder = try TemporaryDirectory()
    let path = try Host.realPath(Array(folder.path.utf8)) + Array("/lock".utf8)
    var held = try LockFile.acquire(path, waiting: 0)
    let copied = try copy(ofDescriptorOf: String(decoding: path, as: UTF8.self))
    defer { close(copied) }
    #expect(try !isFree(path))
    held = nil
    _ = consume held
    #expect(try isFree(path))
  }
}
