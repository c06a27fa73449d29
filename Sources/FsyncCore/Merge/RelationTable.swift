/// Relations by number, and what became of two of them.
///
/// Along the ways of a history with many heads the same few relations are joined and followed by each
/// other again and again: each pair is worked out once.
final class RelationTable {
  private struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  private var relations: [RenameRelation] = [.identity]
  private var numbers: [RenameRelation: Int] = [.identity: RelationTable.identity]
  private var compositions: [Pair: Int] = [:]
  private var unions: [Pair: Int] = [:]
  /// The pairs of paths in all relations.
  private(set) var weight = 0

  /// The number of the relation that moves nothing.
  static let identity = 0

  /// The relation of a number.
  subscript(number: Int) -> RenameRelation { relations[number] }

  /// The number of a relation.
  func number(of relation: RenameRelation) -> Int {
    if relation.isIdentity { return Self.identity }
    if let known = numbers[relation] { return known }
    let number = relations.count
    relations.append(relation)
    numbers[relation] = number
    weight += relation.count
    return number
  }

  /// One relation followed by another.
  func composed(_ first: Int, with next: Int) -> Int {
    if next == Self.identity { return first }
    if first == Self.identity { return next }
    let pair = Pair(first: first, second: next)
    if let known = compositions[pair] { return known }
    let result = number(of: relations[first].composed(with: relations[next]))
    compositions[pair] = result
    return result
  }

  /// One relation followed by another.
  func composed(_ first: RenameRelation, with next: RenameRelation) -> RenameRelation {
    if next.isIdentity { return first }
    return self[composed(number(of: first), with: number(of: next))]
  }

  /// The pairs of both.
  func union(_ one: Int, _ other: Int) -> Int {
    if other == Self.identity || one == other { return one }
    if one == Self.identity { return other }
    // Which is the first makes no difference.
    let pair = Pair(first: min(one, other), second: max(one, other))
    if let known = unions[pair] { return known }
    let result = number(of: relations[one].union(relations[other]))
    unions[pair] = result
    return result
  }
}
