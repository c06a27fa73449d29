internal import Glibc

/// How the C library, and what is built on it, understands names on the calling thread.
package enum NameEncoding {
  /// As UTF-8.
  case utf8
  /// As bytes that mean nothing.
  case bytes

  /// Runs a body in which names are understood so; as before where this system does not know how.
  ///
  /// The corresponding C function is `uselocale`.
  package func use<Value, Failure: Error>(
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    // The mask of LC_CTYPE, which is a macro.
    guard let locale = newlocale(1 << LC_CTYPE, self == .utf8 ? "C.UTF-8" : "C", nil) else {
      return try body()
    }
    let before = uselocale(locale)
    defer {
      uselocale(before)
      freelocale(locale)
    }
    return try body()
  }
}
