import FsyncCore
import Synchronization

/// A frame and where it lies in its file.
struct PlacedFrame: Sendable {
  let offset: UInt64
  let length: Int
  let objects: [FrameObject]
  let hasPrefix: Bool

  init(offset: UInt64, length: Int, objects: [FrameObject], hasPrefix: Bool) {
    self.offset = offset
    self.length = length
    self.objects = objects
    self.hasPrefix = hasPrefix
  }

  init(offset: UInt64, summary: Frame.Summary) {
    self.init(
      offset: offset, length: summary.length, objects: summary.objects,
      hasPrefix: !summary.prefix.isEmpty)
  }
}

/// The frames and objects of a file that still grows, in memory.
final class FrameTable: Sendable {
  private let state = Mutex(State())

  private struct State: ~Copyable {
    var table = ObjectTable()
    var frames: [Range<UInt64>] = []
    /// For each frame, where the lengths of its objects begin.
    var starts: [Int] = []
    var lengths: [UInt32] = []
  }

  /// Makes the objects of frames known.
  func add(_ frames: [PlacedFrame]) {
    guard !frames.isEmpty else { return }
    state.withLock { state in
      for frame in frames {
        let number = state.frames.count
        state.frames.append(frame.offset..<frame.offset + UInt64(frame.length))
        state.starts.append(state.lengths.count)
        for (position, object) in frame.objects.enumerated() {
          state.lengths.append(UInt32(truncatingIfNeeded: object.length))
          let slot = Slot(
            frame: number, position: position, kind: object.kind, hasPrefix: frame.hasPrefix)
          // A copy without a prefix can serve as one.
          if let other = state.table.insert(object.id, slot.packed), !frame.hasPrefix,
            Slot(packed: other).hasPrefix
          {
            state.table.update(object.id, slot.packed)
          }
        }
      }
    }
  }

  /// Looks for an object.
  func find(_ id: ObjectID) -> (slot: Slot, range: Range<UInt64>)? {
    state.withLock { state -> (slot: Slot, range: Range<UInt64>)? in
      guard let packed = state.table.value(of: id) else { return nil }
      let slot = Slot(packed: packed)
      return (slot, state.frames[slot.frame])
    }
  }

  /// The bytes of an object, as its frame's table has them; nil where it is not there.
  func length(of id: ObjectID) -> Int? {
    state.withLock { state -> Int? in
      guard let packed = state.table.value(of: id) else { return nil }
      let slot = Slot(packed: packed)
      return Int(state.lengths[state.starts[slot.frame] + slot.position])
    }
  }

  /// All objects, in no order.
  var entries: [IndexEntry] {
    state.withLock { state in
      state.table.pairs.map { IndexEntry(id: $0.id, slot: Slot(packed: $0.value)) }
    }
  }

  /// The places of the frames, in order.
  var placed: [(offset: UInt64, length: Int)] {
    state.withLock { $0.frames.map { ($0.lowerBound, $0.count) } }
  }
}
