import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// A peer that says what a test wants, in well-formed messages.
struct Liar {
  var writer = MessageWriter()

  /// Makes a peer that answers a hello with these heads; one that says hello itself needs none.
  init(answering heads: [ObjectID] = []) {
    writer.answering(heads)
  }

  mutating func say(_ messages: [Message]) -> [UInt8] {
    var bytes: [UInt8] = []
    for message in messages {
      writer.append(message, to: &bytes)
      if case .hello(let hello) = message { writer.answering(hello.standing.heads) }
    }
    return bytes
  }

  static func repository(_ number: UInt8) -> RepositoryID {
    guard let id = RepositoryID([UInt8](repeating: number, count: 16)) else {
      preconditionFailure("an id has 16 bytes")
    }
    return id
  }

  private static func standing(_ heads: [ObjectID]) -> Standing {
    Standing(
      replica: MessageTests.replica(66), name: [0x6d], heads: heads.sorted(),
      beyond: VersionVector())
  }

  static func hello(_ heads: [ObjectID], repository: UInt8 = 1) -> Message {
    .hello(Hello(repository: Self.repository(repository), shared: [], standing: standing(heads)))
  }

  static func welcome(_ heads: [ObjectID], repository: UInt8 = 1) -> Message {
    .welcome(
      Welcome(
        repository: Self.repository(repository), knowsShared: false, standing: standing(heads)))
  }

  static func frame(_ objects: [StoredObject]) -> Message {
    let encoder = FrameEncoder(.standard)
    for object in objects { encoder.add(object.id, object.kind, object.bytes) }
    return .frame(encoder.finish().encoded)
  }
}

/// The side that is lied to.
enum Victim: CaseIterable, Sendable {
  case server, client

  /// Says these messages to a repository after a greeting, and returns why it gives up.
  ///
  /// Whatever they are: after an error no head has moved, and nothing is stored.
  func verdict(
    on messages: [Message], heads: [ObjectID], host: MemoryHost = MemoryHost("victim")
  ) -> WireError? {
    let before = host.copy()
    let error: WireError?
    switch self {
    case .server:
      var end = Endpoint(server: host)
      error = Victim.tell(&end, [Liar.hello(heads)] + messages)
    case .client:
      guard var end = try? Endpoint(client: host, shared: []) else { return .truncated }
      error = Victim.tell(&end, [Liar.welcome(heads)] + messages, Liar(answering: host.current))
    }
    if error != nil { Victim.expectUntouched(host, before) }
    return error
  }

  /// Sends these objects, of which the last is the head.
  func verdict(on objects: [StoredObject], host: MemoryHost = MemoryHost("victim")) -> WireError? {
    verdict(
      on: [Liar.frame(objects), .end], heads: [objects[objects.count - 1].id], host: host)
  }

  /// Feeds messages, each when the one before has been answered.
  static func tell<Side: Session>(
    _ end: inout Endpoint<Side>, _ messages: [Message], _ liar: Liar = Liar()
  ) -> WireError? {
    var liar = liar
    do {
      while try end.advance() {}
      for message in messages {
        liar.say([message]).withUnsafeBytes { end.feed($0) }
        while try end.advance() {}
      }
    } catch {
      guard case .wire(let error) = error else { return nil }
      return error
    }
    return nil
  }

  static func expectUntouched(_ host: MemoryHost, _ before: MemoryHost) {
    #expect(host.current == before.current)
    #expect(host.joins == before.joins)
    #expect(host.store.stored == before.store.stored)
  }
}

/// Objects as a liar makes them.
enum Forged {
  static let chunk = StoredObject(kind: .chunk, bytes: [1, 2, 3])
  static var file: Entry { .file(chunk.id, size: 3, mode: 0o644, mtime: .zero) }

  static func commit(
    _ tree: ObjectID, parents: [ObjectID] = [], replica: UInt8 = 66, sequence: UInt64 = 1,
    renames: ObjectID? = nil
  ) -> StoredObject {
    StoredObject(
      kind: .commit,
      bytes: Commit(
        tree: tree, parents: parents, replica: MessageTests.replica(replica), replicaName: [],
        sequence: sequence, author: [], time: .zero, message: [], kind: .manual, renames: renames
      ).encoded)
  }

  /// Written by hand, since the model refuses the names that this is about.
  static func tree(_ entries: [(String, Entry)]) -> StoredObject {
    var writer = ByteWriter()
    writer.byte(0)
    writer.count(entries.count)
    for (name, entry) in entries {
      writer.string(Array(name.utf8))
      writer.byte(entry.kind.rawValue)
      writer.varint(UInt64(entry.mode))
      if entry.kind != .directory {
        writer.timestamp(entry.mtime)
        writer.varint(entry.size)
      }
      writer.id(entry.content)
    }
    return StoredObject(kind: .tree, bytes: writer.bytes)
  }

  static func list(level: UInt8, _ elements: [ListNode.Element]) -> StoredObject {
    StoredObject(kind: .list, bytes: ListNode(level: level, elements: elements).encoded)
  }
}
