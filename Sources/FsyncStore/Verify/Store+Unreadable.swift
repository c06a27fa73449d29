package import FsyncCore

extension Verification {
  /// Objects that something needs and that are nowhere, or nowhere whole.
  package var missing: [ObjectID] {
    var seen: Set<ObjectID> = []
    return damages.compactMap { damage in
      switch damage {
      case .missing(let id, _, _): seen.insert(id).inserted ? id : nil
      default: nil
      }
    }
  }

  /// What of it another replica may have: not what a replica notes for itself.
  package var fetchable: [ObjectID] {
    let own: Set<ObjectID> = Set(
      damages.compactMap { damage in
        switch damage {
        case .missing(let id, .operation, _), .missing(let id, .absences, _): id
        default: nil
        }
      })
    return missing.filter { !own.contains($0) }
  }

  /// Objects of which a damaged copy was found.
  var suspects: Set<ObjectID> {
    var result: Set<ObjectID> = []
    for damage in damages {
      switch damage {
      case .frame(_, _, let objects): result.formUnion(objects)
      case .object(let id, _), .malformed(let id): result.insert(id)
      default: break
      }
    }
    return result
  }
}

extension Journal {
  /// The damage of frames at some offsets, with the objects that an index knows in them.
  func damages(at offsets: [UInt64]) -> [Damage] {
    guard !offsets.isEmpty else { return [] }
    var objects: [UInt64: [ObjectID]] = [:]
    for entry in entries {
      if let place = find(entry.id) {
        objects[place.range.lowerBound, default: []].append(entry.id)
      }
    }
    return offsets.map { .frame(file: path, offset: $0, objects: objects[$0] ?? []) }
  }
}

extension Store {
  /// The suspects of which no copy is whole.
  func unreadable(_ suspects: Set<ObjectID>) -> Set<ObjectID> {
    suspects.filter { id in
      !places(of: id).contains { place in (try? object(id, at: place))?.id == id }
    }
  }
}
