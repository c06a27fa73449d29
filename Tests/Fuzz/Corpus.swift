import FsyncCore
import FsyncSystem
import Glibc

/// The inputs that are kept: a folder for each target, files named by what is in them.
enum Corpus {
  /// Bytes that are kept of one target, and of one input.
  private static let bounds = (target: 8 << 10, input: 1 << 10)

  /// Reads a target's inputs, in order of their names; none where there is no folder.
  static func read(_ folder: String, _ target: String) throws -> [[UInt8]] {
    let path = Array("\(folder)/\(target)".utf8)
    guard let directory = try? Directory(path) else { return [] }
    return try directory.names().sorted { $0.lexicographicallyPrecedes($1) }.map {
      try File(path + [0x2f] + $0, .read).readAll(atMost: 1 << 20)
    }
  }

  /// Keeps the smallest of some inputs beside those that are there.
  static func write(_ inputs: [[UInt8]], _ folder: String, _ target: String) throws {
    mkdir(folder, 0o777)
    let path = "\(folder)/\(target)"
    mkdir(path, 0o777)
    var left = bounds.target - (try read(folder, target).reduce(0) { $0 + $1.count })
    for input in inputs.sorted(by: { $0.count < $1.count }) where input.count <= bounds.input {
      left -= input.count
      guard left >= 0 else { return }
      let name = "\(path)/\(Digest.sha256(input).description.prefix(16))"
      guard let file = fopen(name, "we") else { throw Violation("cannot write \(name)") }
      defer { fclose(file) }
      fwrite(input, 1, input.count, file)
    }
  }
}
