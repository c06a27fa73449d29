internal import Glibc

/// Owns a read-only mapping of an immutable file: a pack's index, never a file that others
/// may cut, since reading behind the cut is a SIGBUS that nobody can catch.
package final class MappedFile: Sendable {
  // Immutable memory until deinit, hence safe to share.
  nonisolated(unsafe) private let memory: UnsafeRawBufferPointer

  /// Maps a range of a file; the offset must be a multiple of 4,096.
  ///
  /// The corresponding C function is `mmap`.
  package init(_ file: borrowing File, offset: UInt64 = 0, length: Int) throws(SystemError) {
    guard length > 0 else {
      memory = UnsafeRawBufferPointer(start: nil, count: 0)
      return
    }
    try Faults.check(.map)
    guard let address = mmap(nil, length, PROT_READ, MAP_SHARED, file.descriptor, off_t(offset)),
      address != MAP_FAILED
    else { throw SystemError(.map) }
    memory = UnsafeRawBufferPointer(start: address, count: length)
  }

  deinit {
    if let base = memory.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: base), memory.count)
    }
  }

  /// The mapped bytes; valid only as long as the mapping is held.
  package var bytes: UnsafeRawBufferPointer { memory }
}
