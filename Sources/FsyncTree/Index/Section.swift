/// A growing run of plain records at an address of its own.
final class Section<Record: BitwiseCopyable>: @unchecked Sendable {
  // @unchecked: one builder writes it; once that has made an index of it, nobody does.
  private var memory: UnsafeMutablePointer<Record>
  private var capacity: Int
  private(set) var count = 0

  init(reserving capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    memory = .allocate(capacity: self.capacity)
  }

  deinit { memory.deallocate() }

  /// All records; valid while the section lives and does not grow.
  var records: UnsafeBufferPointer<Record> { UnsafeBufferPointer(start: memory, count: count) }

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
    capacity = max(count + more, capacity * 2)
    let larger = UnsafeMutablePointer<Record>.allocate(capacity: capacity)
    larger.update(from: memory, count: count)
    memory.deallocate()
    memory = larger
  }
}
