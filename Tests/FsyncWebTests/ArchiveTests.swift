import FsyncArchive
import FsyncCore
import TestSupport
import Testing

@Suite struct ArchiveTests {
  private final class Bytes {
    var all: [UInt8] = []
    var room = Int.max
  }

  private func archive(
    _ format: ArchiveFormat, room: Int = .max, _ body: (ArchiveWriter) throws -> Void
  ) throws -> [UInt8] {
    let bytes = Bytes()
    bytes.room = room
    let writer = try ArchiveWriter(format) { part in
      bytes.all += part
      return bytes.all.count <= bytes.room
    }
    try body(writer)
    return bytes.all
  }

  private func write(_ content: [UInt8], to writer: ArchiveWriter) throws(ArchiveError) {
    let result = content.withUnsafeBytes { buffer in
      Result { () throws(ArchiveError) in try writer.write(buffer) }
    }
    try result.get()
  }

  /// Lists what an archive holds, as the usual program does.
  private func list(_ archive: [UInt8], _ format: ArchiveFormat) throws -> Ran {
    let directory = try TemporaryDirectory()
    try directory.write("a", archive)
    let path = directory.path + "/a"
    return format == .zip ? try run("unzip", ["-tqq", path]) : try run("tar", ["tzf", path])
  }

  @Test(arguments: [ArchiveFormat.tarGzip, .zip]) func whatIsPutInComesOut(format: ArchiveFormat)
    throws
  {
    let directory = try TemporaryDirectory()
    let large = [UInt8](repeating: 7, count: 300_000) + Array(0...255)
    let bytes = try archive(format) { writer in
      try writer.addFolder(Array("top".utf8), mode: 0o755, mtime: .zero)
      try writer.addFile(
        Array("top/run".utf8), size: 3, mode: 0o755, mtime: Timestamp(seconds: 1_700_000_000))
      try write(Array("abc".utf8), to: writer)
      try writer.addFile(Array("top/empty".utf8), size: 0, mode: 0o600, mtime: .zero)
      try writer.addFile(
        Array("top/large".utf8), size: UInt64(large.count), mode: 0o644, mtime: .zero)
      for part in 0..<3 {
        try write(Array(large[part * 100_000..<(part + 1) * 100_000]), to: writer)
      }
      try write(Array(large[300_000...]), to: writer)
      try writer.addLink(Array("top/link".utf8), target: Array("../run".utf8), mtime: .zero)
      try writer.addFolder(Array("top/none".utf8), mode: 0o755, mtime: .zero)
      try writer.finish()
    }
    try directory.write("a", bytes)
    let unpack = format == .zip ? "unzip -q a" : "tar xzf a"
    let script = """
      set -e; cd \(directory.path); \(unpack)
      cat top/run; stat -c '%a %Y' top/run; stat -c '%a %s' top/empty; readlink top/link
      test -d top/none; cksum <top/large
      """
    let ran = try run("bash", ["-c", script])
    try directory.write("large", large)
    let sum = try run("sh", ["-c", "cksum <\(directory.path)/large"])
    let text = String(decoding: ran.stdout, as: UTF8.self)
    #expect(ran.status == 0, "\(String(decoding: ran.stderr, as: UTF8.self))")
    #expect(
      text == "abc755 1700000000\n600 0\n../run\n" + String(decoding: sum.stdout, as: UTF8.self))
  }

  /// Names are bytes to tar, and come back as such.
  @Test func hostileNamesComeBack() throws {
    let directory = try TemporaryDirectory()
    let names = Hostile.checked.map(\.bytes)
    let bytes = try archive(.tarGzip) { writer in
      for name in names {
        try writer.addFile(
          Array("t/".utf8) + name, size: 0, mode: 0o644, mtime: Timestamp(seconds: .max))
      }
      try writer.finish()
    }
    try directory.write("a", bytes)
    let script = "cd \(directory.path) && tar xzf a 2>/dev/null; find t -type f -printf '%f\\0'"
    let found = try run("bash", ["-c", script]).stdout.split(separator: 0).map { Array($0) }
    #expect(Set(found) == Set(names))
    let zip = try archive(.zip) { writer in
      for name in names {
        try writer.addFile(name, size: 0, mode: 0o644, mtime: Timestamp(seconds: .min))
      }
      try writer.finish()
    }
    #expect(try list(zip, .zip).status == 0)
    // A program is told which names are UTF-8: bit 11 of the flags in front of each.
    let text = Array("…ééé".utf8)
    let place = try #require(zip.firstRange(of: text)?.lowerBound)
    #expect(zip[place - 30 + 7] & 0x08 != 0)
    let other = try #require(zip.firstRange(of: [0xff, 0xfe, 0x80])?.lowerBound)
    #expect(zip[other - 30 + 7] & 0x08 == 0)
  }

  @Test(arguments: ArchiveFormat.allCases) func whatIsNotFinishedIsNotWhole(format: ArchiveFormat)
    throws
  {
    func fill(_ writer: ArchiveWriter) throws(ArchiveError) {
      var random = SplitMix(seed: 3)
      for number in 0..<20 {
        try writer.addFile(Array("f\(number)".utf8), size: 50_000, mode: 0o644, mtime: .zero)
        try write(random.bytes(50_000), to: writer)
      }
    }
    let whole = try archive(format) {
      try fill($0)
      try $0.finish()
    }
    let abandoned = try archive(format) {
      try fill($0)
      $0.abandon()
    }
    #expect(abandoned.count < whole.count)
    if format != .tarZstd {
      #expect(try list(whole, format).status == 0)
      #expect(try list(abandoned, format).status != 0)
    }
    #expect(throws: ArchiveError.closed) {
      _ = try archive(format, room: 100_000) {
        try fill($0)
        try $0.finish()
      }
    }
  }

  @Test func aFileIsAsLongAsWasSaid() throws {
    #expect(throws: ArchiveError.size) {
      _ = try archive(.tarGzip) { writer in
        try writer.addFile([0x61], size: 2, mode: 0o644, mtime: .zero)
        try write([1], to: writer)
        try writer.finish()
      }
    }
    #expect(throws: ArchiveError.size) {
      _ = try archive(.zip) { writer in
        try writer.addFile([0x61], size: 1, mode: 0o644, mtime: .zero)
        try write([1, 2], to: writer)
      }
    }
  }

  @Test func theSameContentIsTheSameArchive() throws {
    for format in ArchiveFormat.allCases {
      let make = {
        try self.archive(format) { writer in
          try writer.addFile([0x61], size: 1, mode: 0o644, mtime: .zero)
          try self.write([1], to: writer)
          try writer.finish()
        }
      }
      #expect(try make() == make())
    }
  }
}

extension [UInt8] {
  fileprivate func firstRange(of part: [UInt8]) -> Range<Int>? {
    guard count >= part.count else { return nil }
    for start in 0...(count - part.count) where self[start..<start + part.count].elementsEqual(part)
    {
      return start..<start + part.count
    }
    return nil
  }
}
