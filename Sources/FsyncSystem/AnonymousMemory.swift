internal import Glibc

/// Owns zeroed memory that belongs to no file, and that goes back to the system when let go of:
/// what the allocator would keep for later is there for others.
///
/// Pages that were never written to cost nothing, so it can be reserved generously.
package final class AnonymousMemory: @unchecked Sendable {
  // @unchecked: only the address is kept; who writes there and when is the owner's affair.

  /// The memory.
  package let bytes: UnsafeMutableRawBufferPointer

  /// Reserves a number of bytes; nil where the system has no room for them.
  ///
  /// The corresponding C function is `mmap`.
  package init?(byteCount: Int) {
    let length = max(byteCount, 1)
    let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
    guard let address = mmap(nil, length, PROT_READ | PROT_WRITE, flags, -1, 0),
      address != MAP_FAILED
    else { return nil }
    bytes = UnsafeMutableRawBufferPointer(start: address, count: length)
  }

  deinit { munmap(bytes.baseAddress, bytes.count) }

  /// From so many bytes on records get a mapping of their own.
  private static let mappedSize = 64 << 10

  /// Allocates room for records: where it is much, as a mapping that the caller holds as long;
  /// else by the allocator, to be deallocated.
  package static func allocate<Record: BitwiseCopyable>(
    _ count: Int, of type: Record.Type
  ) -> (base: UnsafeMutablePointer<Record>, mapping: AnonymousMemory?) {
    let size = count * MemoryLayout<Record>.stride
    guard size >= mappedSize, let mapping = AnonymousMemory(byteCount: size),
      let base = mapping.bytes.bindMemory(to: Record.self).baseAddress
    else { return (.allocate(capacity: count), nil) }
    return (base, mapping)
  }
}
