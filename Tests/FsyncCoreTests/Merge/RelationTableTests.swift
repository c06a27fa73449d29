import TestSupport
import Testing

@testable import FsyncCore

/// Relations that are joined by number, beside the same without a table.
@Suite struct RelationTableTests {
  private static func path(_ random: inout SplitMix) throws -> Path {
    let names = (0...random.below(3)).map { _ in "\("abc".randomElement(using: &random) ?? "a")" }
    return try Path(Array(names.joined(separator: "/").utf8))
  }

  private static func relation(_ random: inout SplitMix) throws -> RenameRelation {
    RenameRelation(
      try (0..<random.below(6)).map { _ in (from: try path(&random), to: try path(&random)) })
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func numbersStandForRelations(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let table = RelationTable()
    var known: [(number: Int, relation: RenameRelation)] = [(RelationTable.identity, .identity)]
    for _ in 0..<200 {
      let one = known[random.below(known.count)]
      let other = known[random.below(known.count)]
      let next: (number: Int, relation: RenameRelation)
      switch random.below(3) {
      case 0:
        let relation = try Self.relation(&random)
        next = (table.number(of: relation), relation)
      case 1:
        next = (table.union(one.number, other.number), one.relation.union(other.relation))
        #expect(table.union(other.number, one.number) == next.number, "seed \(seed)")
      default:
        let relation = one.relation.composed(with: other.relation)
        next = (table.composed(one.number, with: other.number), relation)
        #expect(table.composed(one.relation, with: other.relation) == relation, "seed \(seed)")
      }
      #expect(table[next.number] == next.relation, "seed \(seed)")
      #expect(table[next.number].targets == next.relation.targets, "seed \(seed)")
      if next.relation.count < 40 { known.append(next) }
    }
    // Each number stands for one relation, and each relation has one number.
    #expect(
      Set(known.map(\.number)).count == Set(known.map(\.relation)).count, "seed \(seed)")
    #expect(table.weight > 0)
  }
}
