internal import FsyncCore
internal import FsyncSystem
internal import Synchronization

/// The chunks of one large file, from its bytes to the id of its list.
///
/// The thread that reads the file works on them itself; only while another has nothing to do, it
/// leaves some to that one, a segment at a time, and takes back what has not begun when nothing
/// else is left for it. The list is made in the order of the file, whoever finds an id first.
final class ChunkLine<Sink: ContentSink> {
  private typealias Failure = Sink.Failure
  private typealias Work = SharedWork<Sink, Failure>

  /// The chunks of a segment, or one of zeros that repeats.
  private struct Run {
    var segment: Segment?
    let lengths: [Int]
    var repeats: UInt64 = 1
    let ids = Mutexed<[ObjectID]>([])
    /// What is done to them, if that is shared; else it has been done.
    var work: Work?
    /// Says whether nothing is left to be done.
    var hasEnded: Bool { work.map { $0.progress == .ended } ?? true }
  }

  /// A value that threads hand over.
  private final class Mutexed<Value: Sendable>: Sendable {
    private let mutex: Mutex<Value>
    init(_ value: Value) { mutex = Mutex(value) }
    var value: Value {
      get { mutex.withLock { $0 } }
      set { mutex.withLock { $0 = newValue } }
    }
  }

  /// How many segments may be in work; more wait for the oldest.
  private static var bound: Int { 16 }
  /// How many of them may wait for a helper.
  private static var openBound: Int { 2 }

  private let sink: Sink
  private let helpers: Helpers<Sink, Sink.Failure>
  private let pool: SegmentPool
  private let chunker = Chunker()
  private var earlier: EarlierContent?
  private var list = ListBuilder()
  /// How many bytes at the end of the segment are known to be zeros of one hole.
  private var zeros = 0
  private var zeroChunk: (id: ObjectID, length: Int)?
  /// What is not in the list yet, in the order of the file.
  private var runs: [Run] = []
  /// What is in the list, and has still to be stored.
  private var storing: [Run] = []

  /// Where the file's next bytes are to be put.
  private(set) var segment: Segment

  /// Begins a file that is larger than `Limits.wholeFile`.
  /// - Parameter earlier: the version before; each new chunk is put as an edit of what lay there.
  init(
    _ sink: Sink, _ helpers: Helpers<Sink, Sink.Failure>, _ pool: SegmentPool,
    earlier: EarlierContent?
  ) {
    self.sink = sink
    self.helpers = helpers
    self.pool = pool
    self.earlier = earlier
    segment = pool.take()
    segment.begin(with: UnsafeRawBufferPointer(start: nil, count: 0))
  }

  deinit {
    // Of a file that was given up, nobody need begin anything; but what was found to be needed
    // must be put, since nobody else will be told so.
    for run in runs { run.work?.withdraw() }
    for run in storing { run.work?.perform(sink) }
  }

  /// Takes over bytes that were put at the start of the segment's room.
  func extend(by count: Int) throws(Sink.Failure) {
    segment.extend(by: count)
    zeros = 0
    if segment.room.isEmpty { try cut(isEnd: false) }
  }

  /// Appends a hole; its length hardly matters to the cost.
  func appendZeros(_ count: UInt64) throws(Sink.Failure) {
    var left = count
    zeros = 0
    while left > 0 {
      let step = Int(min(left, UInt64(min(Chunker.maximum, segment.room.count))))
      segment.appendZeros(step)
      zeros += step
      left -= UInt64(step)
      guard left > 0 || segment.room.isEmpty else { return }
      try cut(isEnd: false)
      if segment.bytes.count <= zeros, left + UInt64(segment.bytes.count) >= UInt64(Chunker.maximum)
      {
        // What is uncut is zeros, at a cut: they are cut always the same way.
        left += UInt64(segment.bytes.count)
        segment.begin(with: UnsafeRawBufferPointer(start: nil, count: 0))
        zeros = 0
        left -= try repeatZeros(left)
      }
    }
  }

  /// Appends, at a cut, as many chunks of zeros as a hole has for certain.
  /// - Parameter count: the bytes of the hole from here, at least `Chunker.maximum`.
  /// - Returns: how many of them that took.
  private func repeatZeros(_ count: UInt64) throws(Sink.Failure) -> UInt64 {
    let chunk = if let zeroChunk { zeroChunk } else { try putZeros() }
    zeroChunk = chunk
    let repeats = count / UInt64(chunk.length) - UInt64(Chunker.maximum / chunk.length - 1)
    let run = Run(lengths: [chunk.length], repeats: repeats)
    run.ids.value = [chunk.id]
    runs.append(run)
    try settle(downTo: ChunkLine.bound)
    return repeats * UInt64(chunk.length)
  }

  private func putZeros() throws(Sink.Failure) -> (id: ObjectID, length: Int) {
    let zeros = UnsafeMutableRawBufferPointer.allocate(byteCount: Chunker.maximum, alignment: 16)
    defer { zeros.deallocate() }
    zeros.initializeMemory(as: UInt8.self, repeating: 0)
    let length = chunker.firstCut(in: UnsafeRawBufferPointer(zeros))
    return (try sink.put(.chunk, UnsafeRawBufferPointer(rebasing: zeros[..<length])), length)
  }

  /// Ends the file.
  /// - Returns: the id of its list, when everything has been put.
  func finish() throws(Sink.Failure) -> ObjectID {
    try cut(isEnd: true)
    try settle(downTo: 0)
    let id = list.finish()
    try putNodes()
    pool.give(segment)
    return id
  }

  /// Hands on the chunks of the segment that are certain, and begins another with the rest.
  private func cut(isEnd: Bool) throws(Sink.Failure) {
    let bytes = segment.bytes
    let lengths = chunker.cuts(in: bytes, isEnd: isEnd)
    guard !lengths.isEmpty else { return }
    let full = segment
    segment = pool.take()
    segment.begin(with: UnsafeRawBufferPointer(rebasing: bytes[lengths.reduce(0, +)...]))
    var run = Run(segment: full, lengths: lengths)
    let (ids, identifies) = (run.ids, earlier != nil)
    run.work = try share { sink throws(Sink.Failure) in
      var found: [ObjectID] = []
      found.reserveCapacity(lengths.count)
      var start = 0
      for length in lengths {
        let chunk = UnsafeRawBufferPointer(rebasing: full.bytes[start..<start + length])
        found.append(identifies ? Digest.object(.chunk, chunk) : try sink.put(.chunk, chunk))
        start += length
      }
      ids.value = found
    }
    runs.append(run)
    try settle(downTo: ChunkLine.bound)
  }

  /// Does work, or leaves it to a helper.
  /// - Returns: the work, where it was left.
  private func share(_ body: @escaping Work.Body) throws(Sink.Failure) -> Work? {
    let shared = (runs + storing).compactMap(\.work)
    let open = shared.filter { $0.progress == .open }
    // What waits longest is taken back, lest others find nothing while this thread reads.
    if open.count >= ChunkLine.openBound { open[0].perform(sink) }
    guard helpers.areWaiting() || shared.contains(where: { $0.progress == .begun }) else {
      try body(sink)
      return nil
    }
    let work = Work(body)
    helpers.offer(work)
    return work
  }

  /// Ends what is done, and waits for the oldest until so many are left.
  private func settle(downTo count: Int) throws(Sink.Failure) {
    while let run = runs.first, runs.count + storing.count > count || run.hasEnded {
      try end(run.work)
      runs.removeFirst()
      try enter(run)
    }
    while let run = storing.first, runs.count + storing.count > count || run.hasEnded {
      try end(run.work)
      storing.removeFirst()
      give(run)
    }
  }

  private func end(_ work: Work?) throws(Sink.Failure) {
    work?.perform(sink)
    try work?.wait()
  }

  private func give(_ run: Run) {
    if let segment = run.segment { pool.give(segment) }
  }

  /// Enters a run, of which the ids are known, into the list, and stores what of it is new.
  private func enter(_ run: Run) throws(Sink.Failure) {
    let ids = run.ids.value
    for (id, length) in zip(ids, run.lengths) {
      list.append(id, length: length, repeats: run.repeats)
    }
    try putNodes()
    guard earlier != nil else { return give(run) }
    var needed: [(id: ObjectID, range: Range<Int>, like: [ObjectID])] = []
    var start = 0
    for (id, length) in zip(ids, run.lengths) {
      let like = earlier?.counterparts(of: id, length: length * Int(run.repeats)) ?? []
      if run.segment != nil, try sink.needs(id) {
        needed.append((id, start..<start + length, like))
      }
      start += length
    }
    guard let segment = run.segment, !needed.isEmpty else { return give(run) }
    var rest = run
    rest.work = try share { [needed] sink throws(Sink.Failure) in
      for (id, range, like) in needed {
        try sink.put(id, UnsafeRawBufferPointer(rebasing: segment.bytes[range]), like: like)
      }
    }
    if rest.work == nil { give(run) } else { storing.append(rest) }
  }

  private func putNodes() throws(Sink.Failure) {
    for node in list.finished {
      // The closure of withUnsafeBytes throws untyped, hence the detour.
      let result: Result<ObjectID, Sink.Failure> = node.bytes.withUnsafeBytes { buffer in
        do throws(Sink.Failure) { return .success(try sink.put(.list, buffer)) } catch {
          return .failure(error)
        }
      }
      _ = try result.get()
    }
    list.clearFinished()
  }
}
