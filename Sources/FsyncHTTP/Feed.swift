import FsyncNet
import NIOCore

/// Bytes on their way to the hub, which are kept until it has answered: where it says that the
/// repository is elsewhere, they are sent once more.
///
/// A client says little before it is answered, so that is not much. Afterwards no more waits here
/// than `bound`.
actor Feed {
  /// Which request reads: an earlier one, which was sent on, gets nothing more.
  private var request = 0
  private var parts: [ByteBuffer] = []
  /// The number of parts that are gone.
  private var first = 0
  /// The parts before this one have been taken by the request that reads.
  private var taken = 0
  private var bytes = 0
  /// How many bytes may be sent, and how many of them have been by the request that reads.
  private var granted = HTTPFlow.window
  private var sent = 0
  private var isAtEnd = false
  private var isAnswered = false
  private var isAbandoned = false
  private var readers: [CheckedContinuation<Void, Never>] = []
  private var writer: CheckedContinuation<Void, Never>?

  /// How many bytes may wait.
  private static let bound = 2 << 20

  /// Adds bytes, and waits until there is room for more.
  func append(_ part: ByteBuffer) async {
    guard !isAtEnd else { return }
    parts.append(part)
    bytes += part.readableBytes
    wakeReaders()
    if bytes > Self.bound { await withCheckedContinuation { writer = $0 } }
  }

  /// Says that nothing more comes.
  func finish() {
    isAtEnd = true
    wakeReaders()
  }

  /// Says that the hub has room for so many bytes more.
  func grant(_ count: Int) {
    granted += count
    wakeReaders()
  }

  /// Says that nobody wants any more of it: whoever waits for room need not.
  func abandon() {
    isAbandoned = true
    finish()
    writer?.resume()
    writer = nil
  }

  /// Says that the hub has answered: what has been taken is not asked for again.
  func answered() {
    isAnswered = true
    forget()
  }

  /// Begins to feed a request, from the beginning; to be called before the hub has answered.
  func begin() -> FeedSequence {
    request += 1
    taken = 0
    sent = 0
    wakeReaders()
    return FeedSequence(feed: self, request: request)
  }

  /// The part of a number, which is waited for; nil after the last.
  func part(_ number: Int, for request: Int) async -> ByteBuffer? {
    // A part may go beyond what is granted: it is small, and the hub has room for it.
    while request == self.request, number - first >= parts.count || sent >= granted {
      if isAtEnd && number - first >= parts.count || isAbandoned || Task.isCancelled { return nil }
      await withCheckedContinuation { readers.append($0) }
    }
    guard request == self.request else { return nil }
    let part = parts[number - first]
    taken = max(taken, number + 1)
    sent += part.readableBytes
    if isAnswered { forget() }
    return part
  }

  private func forget() {
    let count = taken - first
    guard count > 0 else { return }
    bytes -= parts.prefix(count).reduce(0) { $0 + $1.readableBytes }
    parts.removeFirst(count)
    first = taken
    if bytes <= Self.bound {
      writer?.resume()
      writer = nil
    }
  }

  private func wakeReaders() {
    let waiting = readers
    readers = []
    for reader in waiting { reader.resume() }
  }
}

/// All of a feed from its beginning, as the body of a request.
struct FeedSequence: AsyncSequence, Sendable {
  let feed: Feed
  let request: Int

  struct AsyncIterator: AsyncIteratorProtocol {
    let feed: Feed
    let request: Int
    var next = 0

    mutating func next() async -> ByteBuffer? {
      defer { next += 1 }
      return await feed.part(next, for: request)
    }
  }

  func makeAsyncIterator() -> AsyncIterator { AsyncIterator(feed: feed, request: request) }
}
