import FsyncCore
import TestSupport
import Testing

/// What a builder made of one way of handing content over.
private struct Built: Equatable {
  var id: ObjectID
  var size: UInt64
  var objects: [ObjectID: StoredObject]
}

private enum Piece {
  case bytes([UInt8])
  case zeros(Int)
}

private func build(_ pieces: [Piece]) -> Built {
  var objects: [ObjectID: StoredObject] = [:]
  func put(_ kind: ObjectKind, _ bytes: UnsafeRawBufferPointer) -> ObjectID {
    let object = StoredObject(kind: kind, bytes: Array(bytes))
    objects[object.id] = object
    return object.id
  }
  var builder = ContentBuilder()
  for piece in pieces {
    switch piece {
    case .bytes(let bytes): bytes.withUnsafeBytes { builder.append($0, put: put) }
    case .zeros(let count): builder.appendZeros(UInt64(count), put: put)
    }
  }
  let id = builder.finish(put: put)
  return Built(id: id, size: builder.size, objects: objects)
}

private struct Memory: ObjectReader {
  var objects: [ObjectID: StoredObject]
  func object(_ id: ObjectID) throws(ObjectError) -> StoredObject? { objects[id] }
}

private func content(_ built: Built) throws -> [UInt8] {
  var result: [UInt8] = []
  let reader = Memory(objects: built.objects)
  let entry = Entry.file(built.id, size: built.size, mode: 0o644, mtime: .zero)
  try reader.forEachChunk(of: entry) { id, length, repeats throws(ObjectError) in
    let bytes = try reader.bytes(id, .chunk)
    guard bytes.count == length else { throw .damaged(id) }
    for _ in 0..<repeats { result += bytes }
  }
  return result
}

@Suite struct ContentBuilderTests {
  @Test("content survives, and does not depend on how it is handed over", arguments: UInt64(0)..<12)
  func independentOfPieces(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    var whole: [UInt8] = []
    for _ in 0..<Int.random(in: 0...6, using: &random) {
      let count = Int.random(in: 0...400_000, using: &random)
      if Bool.random(using: &random) {
        whole += [UInt8](repeating: 0, count: count * 3)
      } else {
        whole += (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }
      }
    }
    let expected = build([.bytes(whole)])
    #expect(expected.size == UInt64(whole.count))
    #expect(try content(expected) == whole)

    var pieces: [Piece] = []
    var offset = 0
    while offset < whole.count {
      let end = min(whole.count, offset + Int.random(in: 1...300_000, using: &random))
      let slice = Array(whole[offset..<end])
      pieces.append(slice.allSatisfy { $0 == 0 } ? .zeros(slice.count) : .bytes(slice))
      offset = end
    }
    #expect(build(pieces) == expected)
  }

  @Test(arguments: [0, 1, 131_072, 131_073, 262_144, 262_145])
  func sizesAtTheBounds(count: Int) throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let built = build([.bytes(bytes)])
    #expect(try content(built) == bytes)
    let entry = Entry.file(built.id, size: built.size, mode: 0o644, mtime: .zero)
    #expect(built.objects[built.id]?.kind == entry.contentKind)
  }

  @Test("a terabyte of zeros is a handful of objects")
  func holesAreFree() {
    let built = build([.bytes([1]), .zeros(1 << 40), .bytes([2])])
    #expect(built.size == 1 << 40 + 2)
    #expect(built.objects.count < 8)
  }
}
