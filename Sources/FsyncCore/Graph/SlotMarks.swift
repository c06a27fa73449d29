/// A byte for each slot of a graph, zero at first, whose memory follows what is marked: a walk
/// over twenty of a million commits pays for a page or two.
package struct SlotMarks {
  private static let shift: Int32 = 12
  private static let pageSize = 1 << 12
  private var pages: [[UInt8]]

  /// Makes the marks of so many slots.
  init(count: Int) {
    pages = [[UInt8]](repeating: [], count: count >> Int(SlotMarks.shift) + 1)
  }

  /// The mark of a slot below the count.
  subscript(slot: Int32) -> UInt8 {
    @inline(__always) get {
      let page = Int(slot >> SlotMarks.shift)
      guard !pages[page].isEmpty else { return 0 }
      return pages[page][Int(slot) & (SlotMarks.pageSize - 1)]
    }
    @inline(__always) set {
      let page = Int(slot >> SlotMarks.shift)
      if pages[page].isEmpty { pages[page] = [UInt8](repeating: 0, count: SlotMarks.pageSize) }
      pages[page][Int(slot) & (SlotMarks.pageSize - 1)] = newValue
    }
  }

  /// Marks a slot with 1; false where it was marked.
  @inline(__always)
  mutating func insert(_ slot: Int32) -> Bool {
    guard self[slot] == 0 else { return false }
    self[slot] = 1
    return true
  }
}
