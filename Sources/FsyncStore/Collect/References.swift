import FsyncCore

/// One object that another names.
struct Reference: Hashable, Sendable {
  let id: ObjectID
  /// What it must be; nil where the place does not say.
  let kind: ObjectKind?
  /// Whether the referring object is of no use without it.
  ///
  /// What is not needed is kept while it is here, and may be absent.
  let isNeeded: Bool
  /// Whether the content below counts: false for what only pruned commits reach.
  var isWhole = true

  init(_ id: ObjectID, _ kind: ObjectKind?, isNeeded: Bool = true) {
    self.id = id
    self.kind = kind
    self.isNeeded = isNeeded
  }
}

/// What objects name.
enum References {
  /// Calls back for everything that an object names; throws where its bytes do not decode.
  static func forEach(
    in object: StoredObject, _ body: (Reference) -> Void
  ) throws(DecodeError) {
    switch object.kind {
    case .chunk, .renames: break
    case .list:
      let node = try ListNode(decoding: object.bytes)
      for element in node.elements {
        body(Reference(element.id, node.level == 0 ? .chunk : .list))
      }
    case .tree:
      switch try TreeNode(decoding: object.bytes) {
      case .leaf(let entries): for element in entries { forEach(in: element.entry, body) }
      case .inner(_, let children): for child in children { body(Reference(child.node, .tree)) }
      }
    case .commit: commit(try Commit(decoding: object.bytes), body)
    case .conflicts:
      for conflict in try ConflictTable(decoding: object.bytes).conflicts {
        if let base = conflict.base { forEach(in: base, body) }
        for side in conflict.sides {
          forEach(in: side.entry, body)
          if let commit = side.commit { body(Reference(commit, .commit, isNeeded: false)) }
          for id in side.supersedes { body(Reference(id, nil, isNeeded: false)) }
        }
      }
    case .operation:
      if let previous = try OperationObject(decoding: object.bytes).previous {
        body(Reference(previous, .operation))
      }
    case .absences:
      if let previous = try AbsenceRecord(decoding: object.bytes).previous {
        body(Reference(previous, .absences))
      }
    }
  }

  /// Calls back for what an entry names.
  static func forEach(in entry: Entry, _ body: (Reference) -> Void) {
    body(Reference(entry.content, entry.contentKind))
    if let attributes = entry.attributes { body(Reference(attributes, .chunk)) }
  }

  private static func commit(_ commit: Commit, _ body: (Reference) -> Void) {
    body(Reference(commit.tree, .tree))
    for parent in commit.parents { body(Reference(parent, .commit)) }
    if let view = commit.baseView {
      body(Reference(view.tree, .tree))
      if let id = view.conflicts { body(Reference(id, .conflicts)) }
      if let id = view.renames { body(Reference(id, .renames)) }
    }
    if let id = commit.renames { body(Reference(id, .renames)) }
    if let id = commit.conflicts { body(Reference(id, .conflicts)) }
  }

  /// What a state itself names: heads, base, intent, lagging paths, operation log, absence records.
  static func roots(of state: ReplicaState) -> [Reference] {
    var result = state.heads.map { Reference($0, .commit) }
    for base in [state.base, state.intent].compactMap(\.self) {
      result += base.commits.map { Reference($0, .commit) }
      result.append(Reference(base.tree, .tree))
      if let id = base.conflicts { result.append(Reference(id, .conflicts)) }
      if let id = base.renames { result.append(Reference(id, .renames)) }
    }
    for lag in state.lagging.values {
      result += lag.since.map { Reference($0, .commit, isNeeded: false) }
      if let entry = lag.entry { forEach(in: entry) { result.append($0) } }
    }
    if let log = state.log { result.append(Reference(log, .operation)) }
    if let id = state.absences { result.append(Reference(id, .absences)) }
    return result
  }

  /// The commits that a state itself needs whole, whatever was pruned.
  static func wholeCommits(of state: ReplicaState) -> [ObjectID] {
    state.heads + (state.base?.commits ?? []) + (state.intent?.commits ?? [])
      + state.lagging.values.flatMap(\.since)
  }
}
