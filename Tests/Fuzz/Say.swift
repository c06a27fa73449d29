import Glibc

/// Writes a line at once, so that nothing is lost where the process ends.
func say(_ text: String, isError: Bool = false) {
  let line = Array(text.utf8) + [0x0a]
  _ = line.withUnsafeBytes { write(isError ? 2 : 1, $0.baseAddress, $0.count) }
}
