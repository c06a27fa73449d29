import FsyncCore
import FsyncWire
import TestSupport
import Testing

@Suite struct ForgedSegmentTests {
  private typealias Children = [(first: Name, count: UInt64, node: ObjectID)]

  private func node(_ level: UInt8, _ children: Children) -> StoredObject {
    var writer = ByteWriter()
    writer.byte(level)
    writer.count(children.count)
    for child in children {
      writer.string(child.first.bytes)
      writer.varint(child.count)
      writer.id(child.node)
    }
    return StoredObject(kind: .tree, bytes: writer.bytes)
  }

  @Test(arguments: Victim.allCases) func segmentsMustFitTogether(victim: Victim) throws {
    let entries = try (0..<4000).map { index in
      TreeEntry(try Name(Array("file\(100_000 + index)".utf8)), Forged.file)
    }
    var nodes: [StoredObject] = []
    let root = TreeNode.build(entries) { kind, bytes in
      nodes.append(StoredObject(kind: kind, bytes: bytes))
      return nodes[nodes.count - 1].id
    }
    #expect(victim.verdict(on: [Forged.chunk] + nodes + [Forged.commit(root)]) == nil)
    guard
      case .inner(let level, let children) = try TreeNode(decoding: nodes[nodes.count - 1].bytes)
    else {
      Issue.record("not segmented")
      return
    }
    let honest = children.map { (first: $0.first, count: $0.count, node: $0.node) }
    #expect(node(level, honest).id == root)
    func changed(_ change: (inout Children) throws -> Void) rethrows -> Children {
      var children = honest
      try change(&children)
      return children
    }
    let table: [(what: String, level: UInt8, children: Children)] = [
      ("another number of entries", level, changed { $0[2].count += 1 }),
      (
        "another first name", level,
        try changed { $0[2].first = try Name($0[1].first.bytes + [48]) }
      ),
      ("one segment twice", level, changed { $0[2].node = $0[1].node }),
      ("a level too high", level + 1, honest),
      ("more entries than can be counted", level, changed { $0[0].count = .max }),
      ("a segment of nothing", level, changed { $0[0].count = 0 }),
    ]
    for row in table {
      let forged = node(row.level, row.children)
      let error = victim.verdict(on: [Forged.chunk] + nodes + [forged, Forged.commit(forged.id)])
      guard case .object(forged.id, _) = error else {
        Issue.record("\(row.what): \(String(describing: error))")
        continue
      }
    }
  }
}
