import FsyncCore
import FsyncWire
import TestSupport

/// A session between two repositories in memory, as scripts of both sides.
struct Recording {
  private(set) var client: [UInt8] = []
  private(set) var server: [UInt8] = []

  /// Runs a session and writes down what each side says.
  init(_ client: MemoryHost, _ server: MemoryHost, shared: [ObjectID] = []) throws {
    let (before, after) = (client.copy(), server.copy())
    var left = try Endpoint(client: client, shared: shared)
    var right = Endpoint(server: server)
    var (toServer, toClient): ([UInt8], [UInt8]) = ([], [])
    while left.outcome == nil || right.outcome == nil {
      var moved = false
      while try left.advance() { moved = true }
      moved = Recording.move(&left, &right, &toServer) || moved
      while try right.advance() { moved = true }
      moved = Recording.move(&right, &left, &toClient) || moved
      guard moved else { throw Violation("a session that is stuck") }
    }
    self.client = try Recording.script(toServer, after.store, sender: before.store)
    self.server = try Recording.script(toClient, before.store, sender: after.store)
  }

  /// Asks a repository for objects, and writes down what it says.
  init(fetching ids: [ObjectID], from host: MemoryHost) throws {
    guard let repository = host.repository else { throw Violation("a repository without an id") }
    var left = Endpoint(fetching: ids, of: repository, host: MemoryHost("asker"))
    var right = Endpoint(server: host)
    var (toServer, toClient): ([UInt8], [UInt8]) = ([], [])
    while left.outcome == nil {
      var moved = try left.advance()
      moved = Recording.move(&left, &right, &toServer) || moved
      while try right.advance() { moved = true }
      moved = Recording.move(&right, &left, &toClient) || moved
      guard moved else { throw Violation("a session that is stuck") }
    }
    client = try Recording.script(toServer, host.store, sender: host.store)
    server = try Recording.script(toClient, host.store, sender: host.store)
  }

  /// Makes a bundle of what a repository has beyond some commits, and writes down what it says.
  /// - Parameter receiver: what frames are compressed against.
  init(bundleOf host: MemoryHost, beyond known: [ObjectID], for receiver: MemoryHost) throws {
    var maker = BundleMaker(try BundlePlan(beyond: known, in: host), of: host)
    var bytes = maker.open()
    while let more = try maker.next() { bytes += more }
    let messages = bytes[BundleFormat.headLength...].dropLast(BundleFormat.trailerLength)
    client = try Recording.script(Array(messages), receiver.store, sender: host.store)
  }

  private static func move<A: Session, B: Session>(
    _ from: inout Endpoint<A>, _ to: inout Endpoint<B>, _ record: inout [UInt8]
  ) -> Bool {
    let bytes = from.withOutput { Array($0) }
    from.sent(bytes.count)
    bytes.withUnsafeBytes { to.feed($0) }
    record += bytes
    return !bytes.isEmpty
  }

  /// Writes a stream as a script.
  private static func script(
    _ stream: [UInt8], _ receiver: MemoryStore, sender: MemoryStore
  ) throws -> [UInt8] {
    var known = MemoryObjects()
    let frames = try Framing.parts(stream).map { part in
      part.tag == 3 ? try unpacked(part.payload, receiver, &known) : nil
    }
    let order = sorted(frames.compactMap(\.self).flatMap(\.objects))
    let numbers = Dictionary(
      order.enumerated().map { ($1.id, UInt8(truncatingIfNeeded: $0)) },
      uniquingKeysWith: { first, _ in first })
    guard order.count <= 256 else { throw Violation("too many objects for a script") }
    var script: [UInt8] = []
    for (number, object) in order.enumerated() {
      let bytes = marked(object.bytes, numbers.filter { $0.value < number })
      append(Script.Part.object.rawValue, [object.kind.rawValue] + bytes, to: &script)
    }
    for (part, frame) in zip(Framing.parts(stream), frames) {
      guard let frame else {
        append(part.tag, marked(part.payload, numbers), to: &script)
        continue
      }
      var content = [frame.codec.rawValue, UInt8(frame.objects.count)]
      content += frame.objects.compactMap { numbers[$0.id] }
      for id in frame.prefix { id.append(to: &content) }
      append(Script.Part.frame.rawValue, content, to: &script)
    }
    return script
  }

  private static func append(_ tag: UInt8, _ content: [UInt8], to script: inout [UInt8]) {
    script += [tag, UInt8(content.count & 0xff), UInt8(content.count >> 8 & 0xff)] + content
  }

  private static func unpacked(
    _ bytes: [UInt8], _ receiver: MemoryStore, _ known: inout MemoryObjects
  ) throws -> (codec: Codec, objects: [StoredObject], prefix: [ObjectID]) {
    guard case .verified(let frame) = try FrameVerifier.verify(bytes, reader: receiver) else {
      throw Violation("a frame whose prefix is not there")
    }
    var objects: [StoredObject] = []
    frame.forEach { object, bytes in
      objects.append(StoredObject(kind: object.kind, bytes: Array(bytes)))
      known.put(object.kind, Array(bytes))
    }
    return (frame.frame.codec, objects, frame.frame.prefix)
  }

  /// Puts what is named before what names it.
  private static func sorted(_ objects: [StoredObject]) -> [StoredObject] {
    let all = Dictionary(objects.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var result: [StoredObject] = []
    var seen: Set<ObjectID> = []
    func visit(_ object: StoredObject) {
      guard seen.insert(object.id).inserted else { return }
      for offset in 0..<max(0, object.bytes.count - ObjectID.byteCount + 1) {
        if let id = ObjectID(object.bytes[offset..<offset + ObjectID.byteCount]),
          let named = all[id]
        {
          visit(named)
        }
      }
      result.append(object)
    }
    for object in objects { visit(object) }
    return result
  }

  /// Puts placeholders in the place of ids.
  private static func marked(_ bytes: [UInt8], _ numbers: [ObjectID: UInt8]) -> [UInt8] {
    var result = bytes
    var offset = 0
    while offset + ObjectID.byteCount <= result.count {
      if let id = ObjectID(result[offset..<offset + ObjectID.byteCount]), let number = numbers[id] {
        let padding = ObjectID.byteCount - Script.mark.count - 1
        let mark = Script.mark + [number] + [UInt8](repeating: 0, count: padding)
        result.replaceSubrange(offset..<offset + ObjectID.byteCount, with: mark)
        offset += ObjectID.byteCount
      } else {
        offset += 1
      }
    }
    return result
  }
}
