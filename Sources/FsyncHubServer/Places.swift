import Synchronization

/// Bounds how many syncs are served at once.
final class Places: Sendable {
  private let free: Mutex<Int>

  init(_ count: Int) {
    free = Mutex(count)
  }

  /// Takes a place; nil where all are taken.
  func take() -> Place? {
    free.withLock { free in
      guard free > 0 else { return nil }
      free -= 1
      return Place(self)
    }
  }

  /// One that was taken; left once, at the latest when nobody has it any more.
  final class Place: Sendable {
    private let places: Places
    private let isTaken = Mutex(true)

    fileprivate init(_ places: Places) {
      self.places = places
    }

    deinit { leave() }

    func leave() {
      let wasTaken = isTaken.withLock { isTaken in
        defer { isTaken = false }
        return isTaken
      }
      if wasTaken { places.free.withLock { $0 += 1 } }
    }
  }
}
