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

  /// Returns the stored frame in which the object lies, as it is; nil where it is not here.
  package func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]? {
    guard let place = place(of: id) else { return nil }
    guard let bytes = try place.frameBytes() else { throw .damaged(id) }
    return bytes
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
      for other in places(of: id).dropFirst() {
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
      let frame = bytes.withUnsafeBytes({ try? Frame(decoding: $0) })
    else { throw .damaged(id) }
    // Depth one, so that hostile frames cannot make a reader recurse.
    guard !isPrefix || frame.prefix.isEmpty else { throw .damaged(id) }
    let prefixBytes = try prefixBytes(frame.prefix, for: id)
    guard let content = try? frame.content(prefixBytes: prefixBytes) else { throw .damaged(id) }
    let result = DecodedFrame(frame, content: content)
    cache.keep(result, key)
    return result
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
    find(id).map { Place(source: source, file: file, path: path, range: $0.range, slot: $0.slot) }
  }

  /// A place in each frame that has a prefix.
  var prefixed: [Place] { Place.onePerFrame(index.entries) { place(of: $0) } }
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
