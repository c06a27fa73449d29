import Glibc

/// The working copy that the tests were built from, and the program that was built with them.
package enum Checkout {
  /// The absolute path of a file of the working copy.
  package static func path(_ relative: String) -> String {
    // This file is two folders below the root.
    let parts = #filePath.split(separator: "/").dropLast(3)
    return "/" + parts.joined(separator: "/") + "/" + relative
  }

  /// The content of a file of the working copy.
  package static func contents(of relative: String) throws -> [UInt8] {
    let shown = try run("cat", [path(relative)])
    guard shown.status == 0 else { throw RunError(call: "cat \(relative)", code: shown.status) }
    return shown.stdout
  }

  /// The names in a folder of the working copy.
  package static func names(in relative: String) throws -> [String] {
    let listed = try run("ls", [path(relative)])
    guard listed.status == 0 else { throw RunError(call: "ls \(relative)", code: listed.status) }
    return String(decoding: listed.stdout, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  /// The path of `fsync`: what `FSYNC_BINARY` says, else what was built beside the tests.
  package static var tool: String {
    if let path = getenv("FSYNC_BINARY") { return String(cString: path) }
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = buffer.prefix(max(length, 0)).map { UInt8(bitPattern: $0) }
    let folder = String(decoding: own, as: UTF8.self).split(separator: "/").dropLast()
    return "/" + folder.joined(separator: "/") + "/fsync"
  }
}
