import FsyncCore
import FsyncSystem
import Synchronization

extension Store {
  /// Verifies the checksums of everything: frames, indexes, journal.
  ///
  /// Nothing is decompressed and no object is hashed, so it runs at the speed of the disk. Finds every byte that has changed since it was written, and no object that was never there.
  package func verifyChecksums() throws(StoreError) -> Verification {
    let live = try refresh()
    var result = Verification()
    for name in live.lost {
      result.damages.append(.pack(file: Layout.path(folder, Layout.packs, Layout.pack(name))))
    }
    for pack in live.packs {
      if !pack.isIndexIntact || !pack.index.isIntact {
        result.damages.append(.index(file: pack.path))
      }
      result.objects += pack.index.layout.objects
    }
    for part in try verifyStretches(Stretch.all(of: live.packs)) { result.merge(part) }
    let position = try live.journal.walk(bootID: host.bootID) { frames, _ in
      result.frames += frames.count
      result.objects += frames.reduce(0) { $0 + $1.objects.count }
      result.bytes += frames.reduce(0) { $0 + UInt64($1.length) }
    }
    result.damages += live.journal.damages(at: position.damagedFrames)
    return result
  }

  /// Neighbouring frames of a pack that are read at once.
  private struct Stretch: Sendable {
    let pack: Pack
    let frames: Range<Int>
    let range: Range<UInt64>

    /// Bytes from which on a stretch is long enough.
    static let length: UInt64 = 4 << 20

    static func all(of packs: [Pack]) -> [Stretch] {
      var result: [Stretch] = []
      for pack in packs {
        var first = 0
        var start: UInt64?
        for number in 0..<pack.index.layout.frames {
          guard let range = pack.index.range(ofFrame: number) else { continue }
          let begin = start ?? range.lowerBound
          start = begin
          guard
            range.upperBound - begin >= length || number == pack.index.layout.frames - 1
          else { continue }
          result.append(
            Stretch(pack: pack, frames: first..<number + 1, range: begin..<range.upperBound))
          (first, start) = (number + 1, nil)
        }
      }
      return result
    }
  }

  private func verifyStretches(_ work: [Stretch]) throws(StoreError) -> [Verification] {
    let cursor = Atomic<Int>(0)
    let results = Mutex<[Verification]>([])
    let failure = Mutex<StoreError?>(nil)
    do throws(SystemError) {
      try Workers.run(Workers.processors) { _ in
        var result = Verification()
        var buffer: [UInt8] = []
        while true {
          let next = cursor.wrappingAdd(1, ordering: .relaxed).oldValue
          guard next < work.count, failure.withLock({ $0 == nil }) else { break }
          do throws(StoreError) { try Store.verify(work[next], &buffer, &result) } catch {
            failure.withLock { $0 = error }
          }
        }
        results.withLock { $0.append(result) }
      }
    } catch { throw .system(error, file: folder) }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return results.withLock { $0 }
  }

  private static func verify(
    _ stretch: Stretch, _ buffer: inout [UInt8], _ result: inout Verification
  ) throws(StoreError) {
    let pack = stretch.pack
    // A forged index may claim any length; what is not in the file is damage, and not allocated.
    let size = try naming(pack.path) { () throws(SystemError) in try pack.file.file.stat().size }
    let count = Int(
      min(stretch.range.upperBound, max(size, stretch.range.lowerBound))
        - stretch.range.lowerBound)
    if buffer.count < count { buffer = [UInt8](repeating: 0, count: count) }
    let read = try read(pack.file.file, pack.path, stretch.range.lowerBound, count, &buffer)
    var damaged: Set<Int> = []
    buffer.withUnsafeBytes { bytes in
      for number in stretch.frames {
        guard let range = pack.index.range(ofFrame: number) else { continue }
        let start = Int(range.lowerBound - stretch.range.lowerBound)
        let end = min(Int(range.upperBound - stretch.range.lowerBound), read)
        if start < end,
          let length = Frame.intactLength(of: UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        {
          result.frames += 1
          result.bytes += UInt64(length)
        } else {
          damaged.insert(number)
        }
      }
    }
    guard !damaged.isEmpty else { return }
    var objects: [Int: [ObjectID]] = [:]
    pack.index.forEach { id, slot in
      if damaged.contains(slot.frame) { objects[slot.frame, default: []].append(id) }
      return true
    }
    for number in damaged.sorted() {
      result.damages.append(
        .frame(
          file: pack.path, offset: pack.index.range(ofFrame: number)?.lowerBound ?? 0,
          objects: objects[number] ?? []))
    }
  }

  /// Reads so many bytes, or those that there are.
  private static func read(
    _ file: borrowing File, _ path: [UInt8], _ offset: UInt64, _ count: Int,
    _ buffer: inout [UInt8]
  ) throws(StoreError) -> Int {
    var done = 0
    while done < count {
      let result: Result<Int, SystemError> = buffer.withUnsafeMutableBytes { bytes in
        do throws(SystemError) {
          return .success(
            try file.read(
              into: UnsafeMutableRawBufferPointer(rebasing: bytes[done..<count]),
              at: offset + UInt64(done)))
        } catch { return .failure(error) }
      }
      let more: Int
      do throws(SystemError) { more = try result.get() } catch {
        // A sector that cannot be read is damage like any other.
        guard error.isInputOutput else { throw .system(error, file: path) }
        return done
      }
      if more == 0 { return done }
      done += more
    }
    return done
  }
}
