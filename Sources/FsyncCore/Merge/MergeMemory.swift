/// What one computation of a view has found out about single commits.
///
/// Each of many heads is merged by a step of its own, and all steps look back on the same commits:
/// without it the work grows with the square of the heads.
final class MergeMemory {
  /// What a view's merge moved of one parent's paths.
  struct Move: Hashable {
    let records: ObjectID
    let parent: ObjectID
  }

  /// The relations that were met, and what was made of them.
  private(set) var relations = RelationTable()
  /// The answers to `RenameHistory`, by their numbers.
  var moves: [Move: Int] = [:]
  /// The contents that a commit introduced, for `CommitOrder`.
  var introduced: [ObjectID: Set<ObjectID>] = [:]

  /// The pairs of paths that relations may have together before all are forgotten.
  private static let relationBound = 1 << 20

  /// Forgets relations where they have grown too large; their numbers mean nothing afterwards, so
  /// this is for between two steps.
  func trim() {
    guard relations.weight > Self.relationBound else { return }
    relations = RelationTable()
    moves = [:]
  }
}
