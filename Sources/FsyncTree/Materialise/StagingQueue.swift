internal import FsyncCore
internal import Synchronization

/// Where content is stored, so that what is stored together is staged together.
package struct ContentPlace: Hashable, Sendable {
  /// The number of the file that holds it.
  package let source: UInt64
  /// What must be decoded to have it, by where that begins in the file.
  package let frame: UInt64
  /// Its number in there.
  package let position: Int

  /// Names a place.
  package init(source: UInt64, frame: UInt64, position: Int) {
    self.source = source
    self.frame = frame
    self.position = position
  }

  fileprivate static func < (left: ContentPlace, right: ContentPlace) -> Bool {
    if left.source != right.source { return left.source < right.source }
    return left.frame != right.frame
      ? left.frame < right.frame : left.position < right.position
  }

  fileprivate func isWith(_ other: ContentPlace) -> Bool {
    source == other.source && frame == other.frame
  }
}

/// The changes that need content, shared out among threads.
///
/// In the order in which the content is stored, where that is known, and never a frame to two
/// threads: so each is decoded once, and kept for no longer than it is needed.
final class StagingQueue: Sendable {
  private let positions: [Int32]
  /// Where each batch ends.
  private let ends: [Int32]
  private let next = Atomic<Int>(0)

  /// The fewest changes of a batch that is not the last.
  private static let batch = 32

  /// The number of changes.
  var count: Int { positions.count }
  /// The number of batches.
  var batches: Int { ends.count }

  init(_ changes: [PathChange], _ options: MaterialiseOptions) {
    let work = changes.indices.filter { changes[$0].needsContent }
    guard let place = options.place else {
      positions = work.map(Int32.init)
      ends = StagingQueue.ends(work.count) { _ in true }
      return
    }
    let nowhere = ContentPlace(source: .max, frame: .max, position: .max)
    let order = work.map { position in
      (Int32(position), changes[position].to.flatMap { place($0.content) } ?? nowhere)
    }.sorted { $0.1 < $1.1 }
    positions = order.map(\.0)
    ends = StagingQueue.ends(work.count) { index in
      order[index].1 == nowhere || !order[index].1.isWith(order[index - 1].1)
    }
  }

  private static func ends(_ count: Int, mayBegin: (Int) -> Bool) -> [Int32] {
    var ends: [Int32] = []
    var start = 0
    for index in 0..<count where index - start >= batch && mayBegin(index) {
      ends.append(Int32(index))
      start = index
    }
    if start < count { ends.append(Int32(count)) }
    return ends
  }

  /// Takes the next batch; nil at the end.
  func take() -> ArraySlice<Int32>? {
    let turn = next.add(1, ordering: .relaxed).oldValue
    guard turn < ends.count else { return nil }
    return positions[(turn == 0 ? 0 : Int(ends[turn - 1]))..<Int(ends[turn])]
  }
}
