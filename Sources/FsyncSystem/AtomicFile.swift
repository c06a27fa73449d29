/// Replaces a small file so that a kill or a power cut leaves the old bytes or the new ones.
package enum AtomicFile {
  /// Writes a temporary, makes it durable, renames it over the name, and makes that durable.
  package static func write(
    _ bytes: [UInt8], to name: [UInt8], in folder: borrowing Directory, mode: UInt16 = 0o644,
    durably: Bool = true
  ) throws(SystemError) {
    let temporary = name + Array(".new".utf8)
    do throws(SystemError) {
      try folder.unlink(temporary)
    } catch { if !error.isAbsent { throw error } }
    do throws(SystemError) {
      let file = try folder.file(temporary, .create(mode: mode))
      try file.write(bytes)
      if durably { try file.syncData() }
      try folder.rename(temporary, to: folder, name)
      if durably { try folder.sync() }
    } catch {
      // What is left is a temporary that the next write removes.
      try? folder.unlink(temporary)
      throw error
    }
  }

  /// Reads a small file; nil where it is absent.
  package static func read(
    _ name: [UInt8], in folder: borrowing Directory, atMost bound: Int = 16 << 20
  ) throws(SystemError) -> [UInt8]? {
    do throws(SystemError) {
      let file = try folder.file(name, .read)
      return try file.readAll(atMost: bound)
    } catch {
      if error.isAbsent { return nil }
      throw error
    }
  }
}
