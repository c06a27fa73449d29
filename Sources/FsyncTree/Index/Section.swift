internal import FsyncSystem

/// A growing run of plain records at an address of its own, which does not change while what was
/// reserved suffices.
final class Section<Record: BitwiseCopyable>: @unchecked Sendable {
  // @unchecked: one builder writes it. Others read only records that they were told of after they
  // had been written, at an address that stays, or all of it once the builder has ended.
  private var memory: UnsafeMutablePointer<Record>
  private var mapping: AnonymousMemory?
  private(set) var capacity: Int
  private(set) var count = 0

  init(reserving capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    (memory, mapping) = AnonymousMemory.allocate(self.capacity, of: Record.self)
  }

  deinit { if mapping == nil { memory.deallocate() } }

  /// All records; valid while the section lives and does not grow.
  var records: UnsafeBufferPointer<Record> { UnsafeBufferPointer(start: memory, count: count) }

  /// All that is reserved; valid while the section lives and does not grow.
  var reserved: UnsafeBufferPointer<Record> { UnsafeBufferPointer(start: memory, count: capacity) }

  subscript(index: Int) -> Record {
    get {
      precondition(index >= 0 && index < count)
      return memory[index]
    }
    set {
      precondition(index >= 0 && index < count)
      memory[index] = newValue
    }
  }

  func append(_ record: Record) {
    reserve(1)
    memory[count] = record
    count += 1
  }

  func append(contentsOf more: UnsafeBufferPointer<Record>) {
    guard let base = more.baseAddress else { return }
    reserve(more.count)
    (memory + count).update(from: base, count: more.count)
    count += more.count
  }

  private func reserve(_ more: Int) {
    guard count + more > capacity else { return }
    let (old, oldMapping) = (memory, mapping)
    capacity = max(count + more, capacity * 2)
    (memory, mapping) = AnonymousMemory.allocate(capacity, of: Record.self)
    memory.update(from: old, count: count)
    if oldMapping == nil { old.deallocate() }
    withExtendedLifetime(oldMapping) {}
  }
}
