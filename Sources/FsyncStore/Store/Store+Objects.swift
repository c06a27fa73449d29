package import FsyncCore
import FsyncSystem
import Synchronization

extension Store: ObjectReader {
  /// Returns the object with this id; nil where it is not here.
  ///
  /// A copy that is damaged is passed over where there is another.
  package func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    if let object = try known(id) { return object }
    guard try renewed(id) else { return nil }
    return try known(id)
  }

  /// Says whether the object is here; nothing is decoded.
  package func contains(_ id: ObjectID) throws(ObjectError) -> Bool {
    if place(of: id) != nil { return true }
    return try renewed(id) ? place(of: id) != nil : false
  }

  /// Says where the object lies; nil where it is not here.
  package func location(of id: ObjectID) -> ObjectLocation? {
    guard let place = place(of: id) else { return nil }
    return ObjectLocation(
      source: place.source, offset: place.range.lowerBound, position: place.slot.position)
  }

  /// Says what the object is, without reading it; nil where it is not here.
  package func kind(of id: ObjectID) -> ObjectKind? { place(of: id)?.slot.kind }

  /// Returns the stored frame in which the object lies, as others can read it; nil where it is
  /// not here, or only in a form that the pack alone can tell.
  package func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]? {
    guard let place = place(of: id) else { return nil }
    guard let bytes = try place.frameBytes() else { throw .damaged(id) }
    guard let index = place.index else { return bytes }
    // What leaves a cold pack names its objects again.
    guard let frame = bytes.withUnsafeBytes({ try? ColdFrame(decoding: $0) }),
      let numbers = index.ordinals(ofFrame: place.slot.frame)
    else { throw .damaged(id) }
    return frame.named(numbers.compactMap { index.id(ofObject: $0) })?.encoded
  }

  /// Looks once more at the pointer and the journal before it is said that an object is missing.
  /// - Returns: whether anything new was found.
  private func renewed(_ id: ObjectID) throws(ObjectError) -> Bool {
    let before = live.withLock { ($0.journal.number, $0.position.end) }
    do throws(StoreError) {
      let after = try refresh()
      return before != (after.journal.number, after.position.end)
    } catch {
      if case .system(let system, _) = error { throw .system(system.code) }
      throw .damaged(id)
    }
  }

  /// The first place at which an object lies, among what is known.
  func place(of id: ObjectID) -> Place? {
    let (journal, packs) = live.withLock { ($0.journal, $0.packs) }
    if let place = journal.place(of: id) { return place }
    for pack in packs.reversed() {
      if let place = pack.place(of: id) { return place }
    }
    return nil
  }

  /// Every place at which an object lies, among what is known.
  func places(of id: ObjectID) -> [Place] {
    let (journal, packs) = live.withLock { ($0.journal, $0.packs) }
    return [journal.place(of: id)].compactMap(\.self)
      + packs.reversed().compactMap { $0.place(of: id) }
  }

  private func known(_ id: ObjectID) throws(ObjectError) -> StoredObject? {
    guard let place = place(of: id) else { return nil }
    do throws(ObjectError) {
      return try object(id, at: place)
    } catch {
      let packs = live.withLock { $0.packs }
      let others = places(of: id).dropFirst() + packs.compactMap { $0.recovered?.place(of: id) }
      for other in others {
        if let object = try? self.object(id, at: other) { return object }
      }
      throw error
    }
  }

  func object(_ id: ObjectID, at place: Place) throws(ObjectError) -> StoredObject {
    guard let object = try decoded(place, for: id).object(id, at: place.slot.position) else {
      throw .damaged(id)
    }
    return object
  }

  /// Returns the frame at a place, decompressed.
  /// - Parameter isPrefix: the frame is read for a prefix, and so may not have one itself.
  func decoded(
    _ place: Place, for id: ObjectID, isPrefix: Bool = false
  ) throws(ObjectError) -> DecodedFrame {
    let key = FrameCache.Key(source: place.source, offset: place.range.lowerBound)
    if let kept = cache.frame(key) { return kept }
    guard let bytes = try place.frameBytes(),
      let result = try decode(bytes, place.index, for: id, isPrefix: isPrefix)
    else { throw .damaged(id) }
    cache.keep(result, key)
    return result
  }

  /// Decodes a frame's bytes; nil where they are damaged.
  /// - Parameter index: the index of the pack where the frame is a cold one.
  func decode(
    _ bytes: [UInt8], _ index: ObjectIndex?, for id: ObjectID, isPrefix: Bool = false
  ) throws(ObjectError) -> DecodedFrame? {
    if let index {
      guard let frame = bytes.withUnsafeBytes({ try? ColdFrame(decoding: $0) }) else { return nil }
      return try? DecodedFrame(frame, index)
    }
    guard let frame = bytes.withUnsafeBytes({ try? Frame(decoding: $0) }) else { return nil }
    if frame.prefix.isEmpty { return try? DecodedFrame(frame) }
    // Depth one, so that hostile frames cannot make a reader recurse.
    guard !isPrefix else { return nil }
    let prefixBytes = try prefixBytes(frame.prefix, for: id)
    guard let content = try? frame.content(prefixBytes: prefixBytes) else { return nil }
    return DecodedFrame(frame, content: content)
  }

  /// The raw bytes of prefix objects, one after the other.
  func prefixBytes(_ prefix: [ObjectID], for id: ObjectID) throws(ObjectError) -> [UInt8] {
    var bytes: [UInt8] = []
    for part in prefix {
      // Of an object that is stored twice, a copy without a prefix will do.
      guard let place = places(of: part).first(where: { !$0.slot.hasPrefix }) else {
        throw .damaged(id)
      }
      let decoded = try decoded(place, for: id, isPrefix: true)
      guard let object = decoded.object(part, at: place.slot.position),
        bytes.count + object.bytes.count <= Limits.prefix
      else { throw .damaged(id) }
      bytes += object.bytes
    }
    return bytes
  }
}

extension Journal {
  func place(of id: ObjectID) -> Place? {
    find(id).map { Place(source: source, file: file, path: path, range: $0.range, slot: $0.slot) }
  }

  /// A place in each frame that has a prefix.
  var prefixed: [Place] { Place.onePerFrame(entries) { place(of: $0) } }
}

extension Pack {
  func place(of id: ObjectID) -> Place? {
    if let (slot, range) = find(id) {
      return Place(
        source: source, file: file, path: path, range: range, slot: slot,
        index: slot.isCold ? index : nil)
    }
    return nil
  }

  /// The place of a frame.
  func place(ofFrame number: Int) -> Place? {
    index.range(ofFrame: number).map {
      Place(
        source: source, file: file, path: path, range: $0,
        slot: Slot(
          frame: number, position: 0, kind: .chunk, hasPrefix: false,
          isCold: index.isCold(frame: number)), index: index.isCold(frame: number) ? index : nil)
    }
  }

  /// Says whether it holds cold frames, which no other file can hold as they are.
  var isCold: Bool { index.isCold(frame: 0) }

  /// The places of the frames that have a prefix.
  var prefixed: [Place] { index.prefixedFrames.compactMap { place(ofFrame: $0) } }
}

extension Place {
  fileprivate static func onePerFrame(
    _ entries: [IndexEntry], _ find: (ObjectID) -> Place?
  ) -> [Place] {
    var seen: Set<UInt64> = []
    return entries.compactMap { entry in
      guard entry.slot.hasPrefix, let place = find(entry.id), place.slot.hasPrefix,
        seen.insert(place.range.lowerBound).inserted
      else { return nil }
      return place
    }
  }
}
