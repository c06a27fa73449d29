package import FsyncCore

/// Paths, ordered so that what lies below a folder is one run of them.
package struct PathSet: Sendable {
  private let sorted: [Path]

  /// Makes a set.
  package init(_ paths: some Sequence<Path> = []) {
    sorted = Array(Set(paths)).sorted()
  }

  /// Says whether there is nothing in the set.
  package var isEmpty: Bool { sorted.isEmpty }

  /// Says whether a path itself is in the set.
  package func contains(_ path: Path) -> Bool {
    let index = lowerBound(path.bytes)
    return index < sorted.count && sorted[index] == path
  }

  /// Says whether the set has anything below a folder.
  package func hasBelow(_ folder: Path) -> Bool {
    if folder.isRoot { return sorted.contains { !$0.isRoot } }
    // Paths below begin with the folder and a slash, and so stand together.
    let index = lowerBound(folder.bytes + [0x2f])
    return index < sorted.count && sorted[index].isEqualOrBelow(folder)
  }

  private func lowerBound(_ bytes: [UInt8]) -> Int {
    var (low, high) = (0, sorted.count)
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle].bytes.lexicographicallyPrecedes(bytes) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }
}
