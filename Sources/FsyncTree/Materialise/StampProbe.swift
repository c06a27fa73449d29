package import FsyncSystem

extension StampRule {
  /// Finds out how finely a directory's file system stamps changes, with a file of its own.
  ///
  /// Several changes in quick succession, each seen by a stat, have stamps of their own only
  /// where stamps are finer than the clock's tick. Whatever is in doubt is coarse.
  package static func probe(in folder: borrowing Directory) -> StampRule {
    let name = Array("probe".utf8)
    defer { try? folder.unlink(name) }
    do throws(SystemError) {
      try? folder.unlink(name)
      let file = try folder.file(name, .create(mode: 0o600))
      let began = Clock.monotonic()
      var stamps: Set<FileTime> = [try file.stat().ctime]
      for round in 0..<6 {
        try file.setMode(round % 2 == 0 ? 0o640 : 0o600)
        stamps.insert(try file.stat().ctime)
      }
      // Slow calls would have stamps of their own by the clock alone.
      return stamps.count == 7 && Clock.monotonic() - began < 0.001 ? .fine : .coarse
    } catch { return .coarse }
  }
}
