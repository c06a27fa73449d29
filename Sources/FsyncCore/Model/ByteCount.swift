/// How many bytes, or bytes a second, as people write it.
package enum ByteCount {
  /// Returns the bytes that text says; nil where it is no number of them.
  ///
  /// A whole number, and `K`, `M` or `G` for 1,024 of them, the square and the cube of that.
  package static func bytes(of text: String) -> UInt64? {
    var digits = text[...]
    var unit: UInt64 = 1
    switch text.last {
    case "K", "k": unit = 1 << 10
    case "M", "m": unit = 1 << 20
    case "G", "g": unit = 1 << 30
    default: break
    }
    if unit > 1 { digits = digits.dropLast() }
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let number = UInt64(digits)
    else { return nil }
    let (bytes, overflow) = number.multipliedReportingOverflow(by: unit)
    // What no line and no disk reaches is a slip of the pen.
    return overflow || bytes > 1 << 50 ? nil : bytes
  }
}
