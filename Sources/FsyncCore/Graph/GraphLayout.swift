/// Where everything lies in one layer of the commit-graph cache.
///
/// The head is verified when the layer is opened, the body block by block when it is first looked
/// at, so that opening a cache of a million commits reads 50 KB.
/// ```
/// head  0  8  magic "FSYNCGRF"
///       8  4  version, 2
///      12  4  commits in this layer, n
///      16  4  commits in the layers below
///      20  4  replicas
///      24  4  ends
///      28  4  further parents
///      32  4  numbers of paths, k
///      36  4  changes, c
///      40  4  commits of which no paths are noted yet
///      44  4  commits that are not later than each of their parents
///      48 16  repository, zero for none
///      64  8  name of the layer below, zero for none
///      72     blocks × 8: XXH3 of each block of the body
///             256 × 4: for each first byte of an id, how many ids begin with it or a smaller one
///             replicas × 16
///             ends × 4: ordinals of the last commits of each replica; bit 31: a head
///             further parents × 4: ordinals of the third parent and on; bit 31: the last one
///          8  XXH3 of all of the above: the layer's name
/// body        n × 4: places within this layer, in the order of their ids
///             n × 32: ids
///             n × 40: generation 4, parent 4, parent 4, replica 4, seconds 8, nanoseconds 4,
///                     flags 4 (1: with rename records, 2: the base is a view, 4: not later than
///                     each parent), sequence 8
///             n × 32: trees
///             k × 4: numbers of paths, rising; see `ChangedPaths`
///             k × 4: where the changes of each number end
///             c × 4: places of the commits that changed a path of that number, rising
///             n / 1024, rounded up, × 8: the seconds of the latest of so many commits
/// ```
/// Numbers are little-endian. An ordinal counts from the lowest layer's first commit; parents have
/// smaller ordinals than children. A parent that is not there is 0xffffffff; a second parent with
/// bit 31 is a place among the further parents. A block is 1,024 elements of its column.
struct GraphLayout: Hashable {
  static let magic: UInt64 = 0x4652_4743_4e59_5346  // "FSYNCGRF"
  static let version = 2
  static let fixedLength = 72
  /// The power of two of a block's elements, and of the commits of which the latest is noted.
  static let blockShift = 10
  static let noParent: UInt32 = 0xffff_ffff
  static let more: UInt32 = 0x8000_0000
  /// The most commits that ordinals can count.
  static let commitsBound = 1 << 30
  /// Commits of a layer that is not merged into another any more, so that none takes more than
  /// some hundred megabytes to make.
  static let fullLayer = 1 << 18
  /// Changes of such a layer.
  static let fullChanges = 1 << 23

  /// A column of the body.
  enum Column: Int, CaseIterable {
    case order, ids, facts, trees, paths, pathEnds, changes, latest

    /// Bytes of an element.
    var stride: Int {
      switch self {
      case .order, .paths, .pathEnds, .changes: 4
      case .latest: 8
      case .ids, .trees: 32
      case .facts: 40
      }
    }
  }

  let commits: Int
  let below: Int
  let replicas: Int
  let ends: Int
  let furtherParents: Int
  let paths: Int
  let changes: Int
  let unnoted: Int
  let disordered: Int

  /// The numbers in the head, in their order.
  var counts: [Int] {
    [commits, below, replicas, ends, furtherParents, paths, changes, unnoted, disordered]
  }

  /// The number of a column's elements.
  func count(_ column: Column) -> Int {
    switch column {
    case .order, .ids, .facts, .trees: commits
    case .paths, .pathEnds: paths
    case .changes: changes
    case .latest: blocks(of: commits)
    }
  }

  private func blocks(of elements: Int) -> Int {
    (elements + (1 << GraphLayout.blockShift) - 1) >> GraphLayout.blockShift
  }

  /// The number of blocks of a column.
  func blocks(_ column: Column) -> Int { blocks(of: count(column)) }

  /// The number of blocks of the columns before one; of all for nil.
  func firstBlock(_ column: Column?) -> Int {
    Column.allCases.prefix(column?.rawValue ?? Column.allCases.count)
      .reduce(0) { $0 + blocks($1) }
  }

  var fanOutOffset: Int { GraphLayout.fixedLength + firstBlock(nil) * 8 }
  var replicasOffset: Int { fanOutOffset + 1024 }
  var endsOffset: Int { replicasOffset + replicas * 16 }
  var furtherOffset: Int { endsOffset + ends * 4 }
  var nameOffset: Int { furtherOffset + furtherParents * 4 }
  /// The length of the head.
  var headLength: Int { nameOffset + 8 }

  /// Where a column begins.
  func offset(_ column: Column) -> Int {
    Column.allCases.prefix(column.rawValue)
      .reduce(headLength) { $0 + count($1) * $1.stride }
  }

  /// The length of the whole layer.
  var length: Int { offset(.latest) + count(.latest) * Column.latest.stride }
}
