/// The verified head of a layer.
struct GraphHead {
  let layout: GraphLayout
  let repository: [UInt8]
  let below: UInt64
  let name: UInt64

  /// The bytes that stand for a repository.
  static func bytes(_ repository: RepositoryID?) -> [UInt8] {
    repository?.bytes ?? [UInt8](repeating: 0, count: RepositoryID.byteCount)
  }

  /// Reads and verifies the head of a layer; nil where it is damaged or of another version.
  init?(decoding bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= GraphLayout.fixedLength else { return nil }
    func word(_ offset: Int) -> Int {
      Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
    func long(_ offset: Int) -> UInt64 {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    guard long(0) == GraphLayout.magic, word(8) == GraphLayout.version else { return nil }
    let layout = GraphLayout(
      commits: word(12), below: word(16), replicas: word(20), ends: word(24),
      furtherParents: word(28), paths: word(32), changes: word(36), unnoted: word(40),
      disordered: word(44))
    guard layout.commits > 0, layout.commits + layout.below <= GraphLayout.commitsBound,
      layout.length == bytes.count
    else { return nil }
    let name = long(layout.nameOffset)
    guard
      Checksum.xxh3(UnsafeRawBufferPointer(rebasing: bytes[..<layout.nameOffset])) == name
    else { return nil }
    var last = 0
    for byte in 0..<256 {
      let next = word(layout.fanOutOffset + byte * 4)
      guard next >= last, next <= layout.commits else { return nil }
      last = next
    }
    guard last == layout.commits else { return nil }
    self.layout = layout
    self.name = name
    repository = Array(bytes[48..<64])
    below = long(64)
  }
}
