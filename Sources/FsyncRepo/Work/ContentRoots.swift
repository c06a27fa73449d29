internal import FsyncCore
internal import FsyncStore

extension Repository {
  /// What keeps its content whatever is pruned, besides what the state names itself: what this
  /// and other replicas need for merges to come, what the view of the heads reads, and the state
  /// that the folder had before the last command that changed it.
  func contentRoots(of state: ReplicaState) throws(StoreError) -> [ObjectID] {
    let graph = graph()
    var roots: Set<ObjectID>
    do throws(ObjectError) { roots = try graph.anchors(of: state.heads) } catch {
      throw .object(error)
    }
    if state.heads.count > 1 {
      let recorder = ChunkRecorder(store)
      // A view that is not to be had here has read what there is of it.
      _ = try? Views.view(
        of: state.heads, graph: graph, objects: ObjectOverlay(over: recorder))
      roots.formUnion(recorder.chunks)
    }
    var before: Base?
    try store.forEachOperation { operation in
      guard let change = operation.base else { return true }
      before = change.before
      return false
    }
    if let before {
      roots.formUnion(before.commits)
      roots.insert(before.tree)
      if let table = before.conflicts { roots.insert(table) }
    }
    return roots.sorted()
  }

  /// The same, as far as it matters: nothing where every commit is whole anyway.
  func contentRootsIfPruned(_ state: ReplicaState) throws(StoreError) -> [ObjectID] {
    state.absences == nil ? [] : try contentRoots(of: state)
  }
}
