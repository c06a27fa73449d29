/// Words for a shell.
package enum ShellWords {
  /// Quotes bytes without NUL as one word of a POSIX shell, and of a C shell where there is no
  /// line feed among them.
  package static func quote(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [UInt8(ascii: "'")]
    for byte in bytes {
      // A C shell expands `!` inside of quotes too.
      if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "!") {
        result += [UInt8(ascii: "'"), UInt8(ascii: "\\"), byte, UInt8(ascii: "'")]
      } else {
        result.append(byte)
      }
    }
    result.append(UInt8(ascii: "'"))
    return result
  }
}
