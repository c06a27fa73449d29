/// Finds, for each chunk of a file's new version, the chunks of an earlier version that it is most
/// likely an edit of, so that the difference can be stored.
///
/// The two versions are walked side by side. A chunk that both have brings them into step; what
/// comes after it is compared with what lies at the same distance in the other, until they are in
/// step again. What moved by more than `reach` chunks is not followed: that costs space, never
/// correctness.
package struct EarlierContent {
  /// How many runs are looked at on either side of where the two versions were last in step.
  static let reach = 64
  /// An overlap shorter than this, in bytes, says nothing.
  private static let least: UInt64 = 256

  /// Equal chunks of the earlier version in a row.
  private struct Run {
    let id: ObjectID
    let start: UInt64
    let end: UInt64
  }

  private let reader: any ObjectReader
  /// The list nodes from the root to where the earlier version has been read.
  private var nodes: [(node: ListNode, next: Int)] = []
  /// The runs around the place where the versions are in step.
  private var runs: [Run] = []
  /// The run after the last chunk that both versions have.
  private var step = 0
  /// Where that chunk ends, in the earlier version and in the new one.
  private var inStep: (earlier: UInt64, new: UInt64) = (0, 0)
  /// Bytes of the new version so far.
  private var offset: UInt64 = 0

  /// Begins at the front of an earlier version; what of it cannot be read has no counterparts.
  package init(_ entry: Entry, _ reader: any ObjectReader) {
    self.reader = reader
    switch entry.contentKind {
    case .list: descend(to: entry.content, level: nil)
    default: runs = [Run(id: entry.content, start: 0, end: entry.size)]
    }
  }

  /// Returns the earlier chunks that lie where the next chunk of the new version does; none where
  /// that is the same as one that was there, or nothing is known of it.
  package mutating func counterparts(of id: ObjectID, length: Int) -> [ObjectID] {
    let start = offset
    offset += UInt64(length)
    read(upTo: step + 2 * EarlierContent.reach)
    if let place = runs[step...].firstIndex(where: { $0.id == id })
      ?? runs[..<step].lastIndex(where: { $0.id == id })
    {
      inStep = (runs[place].end, offset)
      step = place + 1
      forget(before: step - EarlierContent.reach)
      return []
    }
    let lower = inStep.earlier + (start - inStep.new)
    let upper = lower + UInt64(length)
    return runs[step...].prefix(EarlierContent.reach).filter { run in
      min(run.end, upper) >= max(run.start, lower) + EarlierContent.least
    }.map(\.id)
  }

  private mutating func forget(before place: Int) {
    // Not at every step, since the rest moves.
    guard place > EarlierContent.reach else { return }
    runs.removeFirst(place)
    step -= place
  }

  private mutating func read(upTo count: Int) {
    while runs.count < count, let top = nodes.last {
      guard top.next < top.node.elements.count else {
        nodes.removeLast()
        continue
      }
      nodes[nodes.count - 1].next += 1
      let element = top.node.elements[top.next]
      if top.node.level == 0 {
        let start = runs.last?.end ?? 0
        let (size, overflow) = element.length.multipliedReportingOverflow(by: element.repeats)
        let (end, overflowed) = start.addingReportingOverflow(size)
        guard !overflow, !overflowed, end <= UInt64(Int64.max) else { return nodes.removeAll() }
        runs.append(Run(id: element.id, start: start, end: end))
      } else {
        descend(to: element.id, level: top.node.level - 1)
      }
    }
  }

  private mutating func descend(to id: ObjectID, level: UInt8?) {
    guard let node = try? reader.listNode(id), level == nil || node.level == level else { return }
    nodes.append((node, 0))
  }
}
