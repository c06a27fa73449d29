/// Numbers for people.
package enum Figures {
  /// A count and its noun: `1 file`, `2 files`.
  package static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
    "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
  }

  /// A size: `512 B`, `1.5 KiB`.
  package static func bytes(_ size: UInt64) -> String {
    if size < 1024 { return "\(size) B" }
    var value = Double(size)
    var unit = 0
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    while value >= 1023.95, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }

  /// A time span in its largest unit: `5 s`, `3 min`, `2.5 h`.
  package static func span(_ seconds: Double) -> String {
    if seconds < 100 { return "\(Int(seconds.rounded(.up))) s" }
    if seconds < 6000 { return "\(Int((seconds / 60).rounded())) min" }
    let tenths = Int(min(seconds / 360, 1e9).rounded())
    return "\(tenths / 10).\(tenths % 10) h"
  }

  /// Permission bits as four octal digits.
  package static func mode(_ mode: UInt16) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// Text filled with spaces to a width, from the left or the right.
  package static func padded(_ text: String, _ width: Int, right: Bool = false) -> String {
    let fill = String(repeating: " ", count: max(0, width - text.count))
    return right ? fill + text : text + fill
  }
}
