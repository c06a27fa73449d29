import FsyncCore

/// A run of transactions of a journal that was folded, as an object; newest last.
struct OperationObject: Hashable, Sendable {
  /// The object with the transactions before these; nil for the first.
  var previous: ObjectID?
  /// The bodies of the transactions, in order.
  var bodies: [[UInt8]]

  /// Bytes of bodies from which on an object is complete.
  static let size = 1 << 20

  var encoded: [UInt8] {
    var writer = ByteWriter(reserving: bodies.reduce(64) { $0 + $1.count + 8 })
    writer.byte(1)
    writer.optional(previous)
    writer.count(bodies.count)
    for body in bodies { writer.string(body) }
    return writer.bytes
  }

  init(previous: ObjectID?, bodies: [[UInt8]]) {
    self.previous = previous
    self.bodies = bodies
  }

  init(decoding bytes: [UInt8]) throws(DecodeError) {
    var reader = ByteReader(bytes)
    let version = try reader.byte()
    guard version == 1 else { throw .tag(version) }
    previous = try reader.optionalID()
    let count = try reader.elements(atMost: Limits.object, eachAtLeast: 1)
    bodies = []
    for _ in 0..<count { bodies.append(try reader.string(atMost: Limits.object)) }
    try reader.finish()
  }

  /// Cuts bodies into objects that follow one another.
  /// - Returns: the objects, oldest first.
  static func objects(
    of bodies: [[UInt8]], after previous: ObjectID?
  ) -> [(id: ObjectID, bytes: [UInt8])] {
    var result: [(id: ObjectID, bytes: [UInt8])] = []
    var run: [[UInt8]] = []
    var size = 0
    func close() {
      guard !run.isEmpty else { return }
      let bytes = OperationObject(previous: result.last?.id ?? previous, bodies: run).encoded
      result.append((Digest.object(.operation, bytes), bytes))
      run = []
      size = 0
    }
    for body in bodies where body.count < Limits.object - 64 {
      if size + body.count > OperationObject.size { close() }
      run.append(body)
      size += body.count
    }
    close()
    return result
  }
}
