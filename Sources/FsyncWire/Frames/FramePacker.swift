package import FsyncCore

/// Where an object lies in a store: objects of one frame have equal places, and places rise in
/// the order in which frames are best read.
package struct FramePlace: Hashable, Comparable, Sendable {
  /// The file.
  package let file: UInt64
  /// The frame's offset in it.
  package let offset: UInt64

  /// Makes a place.
  package init(file: UInt64, offset: UInt64) {
    self.file = file
    self.offset = offset
  }

  /// Orders by file, then by offset.
  package static func < (left: FramePlace, right: FramePlace) -> Bool {
    left.file != right.file ? left.file < right.file : left.offset < right.offset
  }
}

/// What a sender reads objects and stored frames from.
package protocol FrameSource: ObjectReader {
  /// The place of the frame that holds an object; nil where it lies in none.
  func place(of id: ObjectID) throws(ObjectError) -> FramePlace?
  /// Says whether an object is here, without reading it.
  func contains(_ id: ObjectID) throws(ObjectError) -> Bool
  /// The bytes of the stored frame that holds an object; nil where it lies in none.
  func frame(holding id: ObjectID) throws(ObjectError) -> [UInt8]?
}

/// Turns a listing into frames, each made only when it is asked for.
///
/// A stored frame goes as it is when all of its objects are wanted and hardly any of them
/// resembles what the receiver has; what does resemble is compressed against it, so that a small
/// edit in a large file is some hundred bytes. The rest is compressed together. No frame is so long
/// that a connection which is cut in it loses a megabyte: one that is, as `gc` makes them, goes in
/// parts.
package struct FramePacker {
  private let source: any FrameSource
  private let listing: Listing
  private let useLikes: Bool
  private var groups: [(place: FramePlace?, index: Int32)]
  private var next = 0
  private var sent: Selection
  private let plain: FrameEncoder
  private let resembling: FrameEncoder
  private var prefix = IDTable()
  private var prefixBytes: [UInt8] = []
  private var ready: [[UInt8]] = []
  private let isSmall: Bool
  private let adapts: Bool
  /// What has been handed over in frames.
  package private(set) var sentSoFar = Outline(objects: 0, files: 0)
  /// What is to be handed over in all.
  package private(set) var all = Outline(objects: 0, files: 0)

  private var plainBound = FramePacker.usualBound

  /// Raw bytes at which a frame of objects without a prefix is closed.
  private static let usualBound = 256 << 10
  /// The longest stored frame that goes as it is, in bytes.
  private static let passBound = 640 << 10
  /// Bytes that the parts of a longer one are to have.
  private static let partBound = 512 << 10
  /// The most raw bytes of such a part.
  private static let partRawBound = 4 << 20
  /// The level at which such parts are compressed: that of the whole was higher.
  private static let partLevel: Int32 = 6
  /// Raw bytes at which a frame with a prefix is closed.
  private static let resemblingBound = 512 << 10
  /// A listing of at most this many bytes becomes one frame.
  private static let smallBound: UInt64 = 256 << 10

  /// Makes the packer of a listing.
  /// - Parameters:
  ///   - wanted: says which positions of the listing are to be sent.
  ///   - useLikes: whether the receiver is known to hold what objects resemble.
  package init(
    _ listing: Listing, wanted: (Int) -> Bool, useLikes: Bool, source: any FrameSource,
    compression: Compression
  ) throws(WireError) {
    self.source = source
    self.listing = listing
    self.useLikes = useLikes
    sent = Selection(count: listing.count)
    isSmall = listing.bytes <= FramePacker.smallBound
    // A small exchange is worth a harder look: it is over in a moment either way.
    let level = compression.codec == .zstd ? max(compression.level, 9) : compression.level
    resembling = FrameEncoder(Compression(codec: compression.codec, level: level))
    plain = FrameEncoder(compression)
    adapts = compression.isAdaptive
    groups = []
    groups.reserveCapacity(listing.count)
    for index in 0..<listing.count where wanted(index) {
      let id = listing.ids[index]
      let place =
        isSmall ? nil : try reading { () throws(ObjectError) in try source.place(of: id) }
      groups.append((place, Int32(index)))
      if listing.endsFile(index) { all.files += 1 }
    }
    all.objects = groups.count
    if !isSmall {
      groups.sort { left, right in
        switch (left.place, right.place) {
        case (let a?, let b?): a != b ? a < b : left.index < right.index
        case (nil, nil): left.index < right.index
        case (nil, _?): false
        case (_?, nil): true
        }
      }
    }
  }

  /// Returns the next frame's bytes; nil when all have been handed over.
  package mutating func frame() throws(WireError) -> [UInt8]? {
    while ready.isEmpty {
      guard next < groups.count else {
        flush(plain: true)
        flush(plain: false)
        if ready.isEmpty { return nil }
        break
      }
      try take()
    }
    return ready.removeFirst()
  }

  /// Takes the next stored frame's objects, or a single object.
  private mutating func take() throws(WireError) {
    let start = next
    let place = groups[start].place
    next += 1
    plainBound = FramePacker.usualBound
    if let place {
      while next < groups.count, groups[next].place == place { next += 1 }
      if try passThrough(start..<next) { return }
    }
    for position in start..<next { try add(Int(groups[position].index)) }
  }

  private mutating func passThrough(_ range: Range<Int>) throws(WireError) -> Bool {
    let first = listing.ids[Int(groups[range.lowerBound].index)]
    guard let bytes = try reading({ () throws(ObjectError) in try source.frame(holding: first) }),
      let frame = bytes.withUnsafeBytes({ try? Frame.Summary(decoding: $0) }),
      frame.objects.count == range.count,
      frame.prefix.allSatisfy({ id in listing.index(of: id).map { sent[$0] } ?? false })
    else { return false }
    var resembling = 0
    for object in frame.objects {
      guard let index = listing.index(of: object.id) else { return false }
      if useLikes, listing.like(index) != nil { resembling += object.length }
    }
    guard resembling * 16 <= frame.rawLength else { return false }
    guard bytes.count <= FramePacker.passBound else {
      let bound = FramePacker.partBound * frame.rawLength / bytes.count
      plainBound = min(max(bound, FramePacker.usualBound), FramePacker.partRawBound)
      if adapts { plain.level = FramePacker.partLevel }
      return false
    }
    for position in range { markSent(Int(groups[position].index)) }
    ready.append(bytes)
    return true
  }

  private mutating func add(_ index: Int) throws(WireError) {
    let id = listing.ids[index]
    guard let object = try reading({ () throws(ObjectError) in try source.object(id) }) else {
      throw .unavailable(id)
    }
    if useLikes, let like = listing.like(index), try addPrefix(like, for: object.bytes.count) {
      resembling.add(id, object.kind, object.bytes)
      markSent(index)
      return
    }
    let encoder = isSmall && useLikes ? resembling : plain
    if encoder === resembling {
      if !resembling.hasRoom(for: object.bytes.count) { flush(plain: false) }
    } else if !plain.isEmpty,
      plain.rawLength + object.bytes.count > plainBound
        || !plain.hasRoom(for: object.bytes.count)
    {
      flush(plain: true)
    }
    encoder.add(id, object.kind, object.bytes)
    markSent(index)
  }

  /// Makes room in the frame with a prefix and adds to its prefix; false where the receiver's
  /// object is not here or too large to be one.
  private mutating func addPrefix(_ like: ObjectID, for length: Int) throws(WireError) -> Bool {
    if !resembling.isEmpty,
      resembling.rawLength + length > FramePacker.resemblingBound
        || prefix.count >= Limits.prefixObjects || !resembling.hasRoom(for: length)
    {
      flush(plain: false)
    }
    if prefix.contains(like) { return true }
    guard let object = try reading({ () throws(ObjectError) in try source.object(like) }),
      object.bytes.count <= Limits.prefix
    else { return false }
    if prefixBytes.count + object.bytes.count > Limits.prefix { flush(plain: false) }
    prefix.insert(like)
    prefixBytes.append(contentsOf: object.bytes)
    return true
  }

  private mutating func markSent(_ index: Int) {
    sent[index] = true
    sentSoFar.objects += 1
    if listing.endsFile(index) { sentSoFar.files += 1 }
  }

  private mutating func flush(plain isPlain: Bool) {
    if isPlain {
      if !plain.isEmpty { ready.append(plain.finish().encoded) }
    } else {
      if !resembling.isEmpty {
        ready.append(resembling.finish(prefix: prefix.ids, prefixBytes: prefixBytes).encoded)
      }
      prefix = IDTable()
      prefixBytes.removeAll(keepingCapacity: true)
    }
  }
}
