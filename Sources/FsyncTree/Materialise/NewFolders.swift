internal import FsyncCore

/// Changes that make whole new folders: those are built in the staging area in their final shape,
/// and put in place by one rename each, with all that is in them.
struct NewFolders: Sendable {
  /// A new folder in one that is there.
  struct Root: Sendable {
    /// The change that makes it.
    let position: Int
    /// Where it is to be.
    let path: Path
    /// Its name in the staging area.
    let name: [UInt8]
  }

  private(set) var roots: [Root] = []
  /// The changes that make folders in them, themselves included, parents before children.
  private(set) var directories: [Int] = []
  /// For each change the number of its root; -1 for none.
  private var owners: [Int32]

  /// Says whether one call can be given a path, with room for a root's name, and no removal of it
  /// needs too many descriptors.
  private static func isWithinReach(_ path: Path) -> Bool {
    path.bytes.count <= 3_500 && path.depth <= FolderContext.openDepth
  }

  /// Finds the folders in which everything is new.
  /// - Parameter isFree: says whether nothing is at a path.
  init(_ changes: [PathChange], isFree: (Path) -> Bool) {
    owners = Array(repeating: -1, count: changes.count)
    var candidates: [Int] = []
    // Folders above anything that is there, or is to go, are no new ones.
    var old: Set<Path> = []
    for (position, change) in changes.enumerated() {
      if change.from != nil || change.to == nil {
        var folder = change.path.parent
        while let above = folder, old.insert(above).inserted { folder = above.parent }
      } else if change.to?.kind == .directory, NewFolders.isWithinReach(change.path) {
        candidates.append(position)
      }
    }
    var folders: [Path: Int32] = [:]
    candidates.sort { changes[$0].path < changes[$1].path }
    for position in candidates {
      let path = changes[position].path
      guard let parent = path.parent, !old.contains(path) else { continue }
      var owner = folders[parent]
      if owner == nil, isFree(path) {
        owner = Int32(roots.count)
        let name = NewFolders.prefix + Array(String(position, radix: 16).utf8)
        roots.append(Root(position: position, path: path, name: name))
      }
      guard let owner else { continue }
      folders[path] = owner
      owners[position] = owner
      directories.append(position)
    }
    guard !roots.isEmpty else { return }
    for (position, change) in changes.enumerated()
    where change.to?.kind != .directory && NewFolders.isWithinReach(change.path) {
      guard let parent = change.path.parent, let owner = folders[parent] else { continue }
      owners[position] = owner
    }
  }

  /// What begins the names of folders in the staging area that hold nothing but what was staged.
  static let prefix: [UInt8] = [0x74]

  /// The number of the root that a change belongs to; nil for none.
  func root(of position: Int) -> Int? { owners[position] < 0 ? nil : Int(owners[position]) }

  /// Where in the staging area a change's path is; nil where it is in no new folder.
  func place(of position: Int, _ path: Path) -> [UInt8]? {
    guard let number = root(of: position) else { return nil }
    return roots[number].name + path.bytes[roots[number].path.bytes.count...]
  }

  /// Takes roots out, with all that is in them.
  mutating func leave(_ failed: Set<Int>) {
    guard !failed.isEmpty else { return }
    for position in owners.indices where failed.contains(Int(owners[position])) {
      owners[position] = -1
    }
  }
}
