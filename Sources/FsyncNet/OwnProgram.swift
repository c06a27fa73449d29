internal import FsyncSystem

/// Programs that belong to fsync and are installed with it.
package enum OwnProgram {
  /// What to run: the program beside this one; where none is there, its name, for `PATH`.
  package static func path(of name: String) -> String {
    guard let own = try? Host.realPath(Array("/proc/self/exe".utf8)),
      let slash = own.lastIndex(of: .slash)
    else { return name }
    let path = Array(own[...slash]) + Array(name.utf8)
    guard (try? Stat(following: path))?.kind == .file,
      let text = String(validating: path, as: UTF8.self)
    else { return name }
    return text
  }
}
