package import FsyncCore
import FsyncSystem
import Synchronization

extension Store {
  /// Verifies the store in a folder, also one that cannot be opened: then that is the damage.
  package static func verify(
    at folder: [UInt8], host: StoreHost = .live,
    roots: (ReplicaState) -> [ObjectID]
  ) throws(StoreError) -> Verification {
    let store: Store
    do throws(StoreError) { store = try open(at: folder, host: host) } catch {
      guard case .damaged(let file) = error else { throw error }
      return Verification(damages: [.journal(file: file)])
    }
    return try store.verify(roots: roots(try store.state()))
  }

  /// Reads everything, and says what is wrong: each frame's checksum, each object's hash, each
  /// index, and every reference from the roots and from what the state names.
  ///
  /// Throws only where the system fails; damage is data.
  /// - Parameter roots: what is needed besides what the state names itself.
  package func verify(roots: [ObjectID]) throws(StoreError) -> Verification {
    let live = try refresh()
    var result = Verification()
    for name in live.lost {
      result.damages.append(.pack(file: Layout.path(folder, Layout.packs, Layout.pack(name))))
    }
    for pack in live.packs where !pack.isIndexIntact {
      result.damages.append(.index(file: pack.path))
    }
    for part in try verifyFrames(live) { result.merge(part) }
    for pack in live.packs { verifyIndex(pack, &result) }
    result.damages += try journalDamage(live)
    try verifyReferences(live.position.state, roots, unreadable(result.suspects), nil, &result)
    return result
  }

  /// Finds what is missing after all, given what verification found damaged: reads what names
  /// other objects, and no frame for its own sake.
  /// - Parameter quarantine: what has arrived meanwhile, and counts as here.
  package func missing(
    after found: Verification, roots: [ObjectID], with quarantine: Quarantine? = nil
  ) throws(StoreError) -> [ObjectID] {
    let live = try refresh()
    var result = Verification()
    let unreadable = unreadable(found.suspects).filter { quarantine?.hasArrived($0) != true }
    try verifyReferences(live.position.state, roots, unreadable, quarantine, &result)
    return result.fetchable
  }

  /// One frame to be verified, with the file that it is in.
  private struct Task: Sendable {
    let file: SharedFile
    let path: [UInt8]
    let range: Range<UInt64>
    let ids: [ObjectID]
    /// The pack's index, where the frame is a cold one.
    var index: ObjectIndex? = nil
  }

  private func verifyFrames(_ live: Live) throws(StoreError) -> [Verification] {
    var tasks: [Task] = []
    for pack in live.packs {
      var ids = [[ObjectID]](repeating: [], count: pack.index.layout.frames)
      for entry in pack.index.entries where entry.slot.frame < ids.count {
        ids[entry.slot.frame].append(entry.id)
      }
      for (number, ids) in ids.enumerated() {
        guard let range = pack.index.range(ofFrame: number) else { continue }
        let index = pack.index.isCold(frame: number) ? pack.index : nil
        tasks.append(
          Task(file: pack.file, path: pack.path, range: range, ids: ids, index: index))
      }
    }
    try live.journal.walk(bootID: host.bootID) { frames, _ in
      for frame in frames {
        tasks.append(
          Task(
            file: live.journal.file, path: live.journal.path,
            range: frame.offset..<frame.offset + UInt64(frame.length),
            ids: frame.objects.map(\.id)))
      }
    }
    let work = tasks
    let cursor = Atomic<Int>(0)
    let results = Mutex<[Verification]>([])
    let failure = Mutex<StoreError?>(nil)
    do throws(SystemError) {
      try Workers.run(Workers.processors) { _ in
        var result = Verification()
        while true {
          let next = cursor.wrappingAdd(1, ordering: .relaxed).oldValue
          guard next < work.count, failure.withLock({ $0 == nil }) else { break }
          do throws(StoreError) { try verify(work[next], &result) } catch {
            failure.withLock { $0 = error }
          }
        }
        results.withLock { $0.append(result) }
      }
    } catch { throw .system(error, file: folder) }
    if let failure = failure.withLock({ $0 }) { throw failure }
    return results.withLock { $0 }
  }

  private func verify(_ task: Task, _ result: inout Verification) throws(StoreError) {
    let place = Place(
      source: 0, file: task.file, path: task.path, range: task.range, slot: Slot(packed: 0))
    let damage = Damage.frame(
      file: task.path, offset: task.range.lowerBound, objects: task.ids.sorted())
    let bytes: [UInt8]?
    do throws(ObjectError) { bytes = try place.frameBytes() } catch {
      if case .system(let code) = error {
        throw .system(SystemError(.read, code: code), file: task.path)
      }
      throw .object(error)
    }
    let first = task.ids.first ?? Digest.sha256([])
    guard let bytes, let decoded = try? decode(bytes, task.index, for: first) else {
      result.damages.append(damage)
      return
    }
    result.frames += 1
    var present: Set<ObjectID> = []
    for position in 0..<decoded.count {
      guard let id = decoded.id(at: position) else { continue }
      present.insert(id)
      result.objects += 1
      let object = decoded.object(at: position)
      result.bytes += UInt64(object?.bytes.count ?? 0)
      if object?.id != id { result.damages.append(.object(id, file: task.path)) }
    }
    // What the index promises must be where it says.
    if !task.ids.allSatisfy(present.contains) { result.damages.append(.index(file: task.path)) }
  }

  private func verifyIndex(_ pack: Pack, _ result: inout Verification) {
    if !pack.index.isIntact, pack.isIndexIntact { result.damages.append(.index(file: pack.path)) }
  }

  private func journalDamage(_ live: Live) throws(StoreError) -> [Damage] {
    let position: JournalPosition
    do throws(StoreError) {
      position = try live.journal.walk(bootID: host.bootID) { _, _ in }
    } catch {
      guard case .damaged(let file) = error else { throw error }
      return [.journal(file: file)]
    }
    return live.journal.damages(at: position.damagedFrames)
  }

  private func verifyReferences(
    _ state: ReplicaState, _ roots: [ObjectID], _ unreadable: Set<ObjectID>,
    _ quarantine: Quarantine?, _ result: inout Verification
  ) throws(StoreError) {
    var absent: Set<ObjectID> = []
    do throws(StoreError) {
      absent = try absences(of: state).commits.subtracting(
        References.wholeCommits(of: state) + roots)
    } catch {
      // A record that cannot be read is found damaged below; content is then taken as needed.
      guard case .object = error else { throw error }
    }
    verifyReferences(state, roots, unreadable, quarantine, absent: absent, &result)
  }

  /// - Parameters:
  ///   - unreadable: objects that are here, and not whole anywhere.
  ///   - quarantine: what has arrived and is not part of the store yet.
  ///   - absent: commits whose chunks need not be here.
  private func verifyReferences(
    _ state: ReplicaState, _ roots: [ObjectID], _ unreadable: Set<ObjectID>,
    _ quarantine: Quarantine?, absent: Set<ObjectID>, _ result: inout Verification
  ) {
    var seen = ObjectTable()
    var waiting = References.roots(of: state).map { ($0, ObjectID?.none) }
    waiting += roots.map { (Reference($0, nil), nil) }
    // What whole commits name comes first: what it reaches is needed, whoever names it too.
    var later: [(Reference, ObjectID?)] = []
    while let (next, needer) = waiting.popLast() ?? later.popLast() {
      guard seen.insert(next.id, 0) == nil else { continue }
      guard !unreadable.contains(next.id),
        let kind = quarantine?.kind(of: next.id) ?? kind(of: next.id)
      else {
        if next.isNeeded, next.isWhole || next.kind != .chunk {
          result.damages.append(.missing(next.id, next.kind, neededBy: needer))
        }
        continue
      }
      result.reached += 1
      if let expected = next.kind, expected != kind {
        result.damages.append(.wrongKind(next.id, expected: expected, neededBy: needer))
      }
      if kind == .chunk { continue }
      // A frame that cannot be read has been told about; with a quick look it is told here.
      guard let object = try? quarantine?.object(next.id) ?? object(next.id) else {
        result.damages.append(.missing(next.id, kind, neededBy: needer))
        continue
      }
      let isWhole = kind == .commit ? !absent.contains(next.id) : next.isWhole
      do throws(DecodeError) {
        try References.forEach(in: object) { reference in
          if isWhole || reference.kind == .commit {
            waiting.append((reference, next.id))
          } else {
            var skeleton = reference
            skeleton.isWhole = false
            later.append((skeleton, next.id))
          }
        }
      } catch { result.damages.append(.malformed(next.id)) }
    }
  }
}
