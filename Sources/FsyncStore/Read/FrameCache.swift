import FsyncCore
import Synchronization

/// Keeps the decoded frames that were used last, of one store or of several, up to a number of bytes.
///
/// The lock is held for a look-up alone: frames are read and decompressed outside it, so that
/// readers on several threads do not wait for each other.
package final class FrameCache: Sendable {
  /// Names a frame: its file's number and its offset.
  package struct Key: Hashable, Sendable {
    let source: UInt64
    let offset: UInt64

    /// Makes a name.
    package init(source: UInt64, offset: UInt64) {
      self.source = source
      self.offset = offset
    }
  }

  fileprivate struct Node {
    let key: Key
    let frame: DecodedFrame
    var newer: Int
    var older: Int
  }

  fileprivate struct State {
    var places: [Key: Int] = [:]
    var nodes: [Node?] = []
    var free: [Int] = []
    var newest = -1
    var oldest = -1
    var size = 0
    let capacity: Int
  }

  private let state: Mutex<State>

  /// Makes an empty cache.
  /// - Parameter capacity: bytes of decompressed frames.
  package init(capacity: Int) {
    state = Mutex(State(capacity: capacity))
  }

  /// Lets go of all of them.
  package func clear() {
    state.withLock { $0 = State(capacity: $0.capacity) }
  }

  /// Returns a frame that is kept, and makes it the newest.
  package func frame(_ key: Key) -> DecodedFrame? {
    state.withLock { state -> DecodedFrame? in
      guard let place = state.places[key], let node = state.nodes[place] else { return nil }
      if state.newest != place {
        state.unlink(place)
        state.link(place)
      }
      return node.frame
    }
  }

  /// Keeps a frame, and lets go of the oldest beyond the capacity.
  package func keep(_ frame: DecodedFrame, _ key: Key) {
    state.withLock { state in
      guard state.places[key] == nil else { return }
      let node = Node(key: key, frame: frame, newer: -1, older: -1)
      let place: Int
      if let free = state.free.popLast() {
        place = free
        state.nodes[place] = node
      } else {
        place = state.nodes.count
        state.nodes.append(node)
      }
      state.places[key] = place
      state.size += frame.size
      state.link(place)
      state.trim()
    }
  }
}

extension FrameCache.State {
  fileprivate mutating func trim() {
    // The newest stays whatever its size: it is being read.
    while size > capacity, oldest != newest { remove(oldest) }
  }

  fileprivate mutating func link(_ place: Int) {
    nodes[place]?.older = newest
    nodes[place]?.newer = -1
    if newest >= 0 { nodes[newest]?.newer = place }
    newest = place
    if oldest < 0 { oldest = place }
  }

  fileprivate mutating func unlink(_ place: Int) {
    guard let node = nodes[place] else { return }
    if node.newer >= 0 { nodes[node.newer]?.older = node.older } else { newest = node.older }
    if node.older >= 0 { nodes[node.older]?.newer = node.newer } else { oldest = node.newer }
  }

  fileprivate mutating func remove(_ place: Int) {
    unlink(place)
    guard let node = nodes[place] else { return }
    places[node.key] = nil
    size -= node.frame.size
    nodes[place] = nil
    free.append(place)
  }
}
