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

  /// The answers to `RenameHistory`.
  var moves: [Move: RenameRelation] = [:]
  /// The contents that a commit introduced, for `CommitOrder`.
  var introduced: [ObjectID: Set<ObjectID>] = [:]
}
