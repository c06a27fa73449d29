/// Writes a tar archive (POSIX ustar), so that one `tar` makes a whole tree of any names.
struct Archive {
  private var bytes: [UInt8] = []

  /// The archive with its end.
  var finished: [UInt8] { bytes + [UInt8](repeating: 0, count: 1024) }

  /// Adds a file; the path must be shorter than 100 bytes.
  mutating func add(_ path: [UInt8], _ contents: [UInt8]) {
    header(path, size: contents.count, type: 0x30)
    bytes += contents
    bytes += [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
  }

  /// Adds a folder; the path must be shorter than 100 bytes.
  mutating func addFolder(_ path: [UInt8]) {
    header(path, size: 0, type: 0x35)
  }

  private mutating func header(_ path: [UInt8], size: Int, type: UInt8) {
    precondition(path.count < 100)
    var block = [UInt8](repeating: 0, count: 512)
    block.replaceSubrange(0..<path.count, with: path)
    func put(_ text: String, at offset: Int) {
      block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ number: Int, _ width: Int) -> String {
      let digits = String(number, radix: 8)
      return String(repeating: "0", count: width - digits.count) + digits
    }
    put(octal(type == 0x35 ? 0o755 : 0o644, 7), at: 100)
    put(octal(0, 7), at: 108)
    put(octal(0, 7), at: 116)
    put(octal(size, 11), at: 124)
    put(octal(0, 11), at: 136)
    put("        ", at: 148)
    block[156] = type
    put("ustar", at: 257)
    put("00", at: 263)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6), at: 148)
    block[154] = 0
    bytes += block
  }
}
