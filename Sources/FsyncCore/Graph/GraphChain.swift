/// The commit-graph cache as it is read: layers on one another, each immutable.
///
/// A derived copy of what commits say. Whatever is wrong with it raises `isDamaged`, upon which
/// answers are computed anew from the commits. Not safe to share between threads.
package final class GraphChain {
  private let owners: [AnyObject]
  private let verified: [UnsafeMutablePointer<UInt8>]
  private let damage: UnsafeMutablePointer<Bool>
  private(set) var layers: [GraphLayer]
  /// For each layer, the numbers of its replicas among `replicas`.
  private(set) var replicaNumbers: [[Int32]] = []
  /// The replicas of all layers.
  private(set) var replicas: [ReplicaID] = []

  /// The number of commits.
  package var count: Int { Int(layers.last?.end ?? 0) }
  /// The names of the layers, the lowest first.
  package var names: [UInt64] { layers.map(\.name) }
  /// How many of the lowest layers know the paths that all of their commits changed.
  package var notedLayers: Int { layers.prefix { $0.layout.unnoted == 0 }.count }
  /// Whether every commit is later than each of its parents, by their clocks.
  var isInOrderOfTime: Bool { layers.allSatisfy { $0.layout.disordered == 0 } }

  /// Says whether something in it was found damaged.
  package var isDamaged: Bool { damage.pointee }

  /// Notes that it contradicts the commits.
  func fail() { damage.pointee = true }

  /// Puts layers on one another; nil where a head is damaged, or they do not belong together or
  /// to the repository.
  /// - Parameter files: each layer's bytes, the lowest first, and what keeps them alive.
  package init?(
    _ files: [(bytes: UnsafeRawBufferPointer, owner: AnyObject)], repository: RepositoryID?
  ) {
    guard !files.isEmpty else { return nil }
    var layers: [GraphLayer] = []
    var verified: [UnsafeMutablePointer<UInt8>] = []
    let damage = UnsafeMutablePointer<Bool>.allocate(capacity: 1)
    damage.initialize(to: false)
    for file in files {
      guard
        let head = GraphHead(decoding: file.bytes), head.repository == GraphHead.bytes(repository),
        head.layout.below == Int(layers.last?.end ?? 0), head.below == layers.last?.name ?? 0,
        let base = file.bytes.baseAddress
      else {
        for blocks in verified { blocks.deallocate() }
        damage.deallocate()
        return nil
      }
      let count = head.layout.firstBlock(nil)
      let blocks = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
      blocks.initialize(repeating: 0, count: count)
      verified.append(blocks)
      layers.append(
        GraphLayer(base, head.layout, name: head.name, verified: blocks, damage: damage))
    }
    self.layers = layers
    self.verified = verified
    self.damage = damage
    owners = files.map(\.owner)
    var numbers: [ReplicaID: Int32] = [:]
    for layer in layers {
      replicaNumbers.append(
        layer.replicas.map { id in
          if let known = numbers[id] { return known }
          let fresh = Int32(replicas.count)
          numbers[id] = fresh
          replicas.append(id)
          return fresh
        })
    }
  }

  deinit {
    for blocks in verified { blocks.deallocate() }
    damage.deallocate()
  }

  /// The layer of an ordinal below the count.
  @inline(__always)
  func layer(_ slot: Int32) -> Int {
    var index = 0
    while slot >= layers[index].end { index += 1 }
    return index
  }

  /// What the row of a slot says.
  @inline(__always)
  func facts(_ slot: Int32) -> GraphLayer.Facts {
    let layer = layers[layer(slot)]
    return layer.facts(Int(slot - layer.first))
  }

  /// The id of a slot.
  func id(_ slot: Int32) -> ObjectID {
    let layer = layers[layer(slot)]
    return layer.id(Int(slot - layer.first))
  }

  /// The tree of a slot.
  func tree(_ slot: Int32) -> ObjectID {
    let layer = layers[layer(slot)]
    return layer.tree(Int(slot - layer.first))
  }

  /// Calls back for the slots that a number of a path lists, in rising order.
  func forEachChange(of key: ChangedPaths.Key, _ body: (Int32) -> Void) {
    for layer in layers { layer.forEachChange(of: key) { body(layer.first + Int32($0)) } }
  }

  /// The number of a slot's replica among `replicas`.
  func replica(_ slot: Int32) -> Int32 {
    let index = layer(slot)
    let number = Int(layers[index].facts(Int(slot - layers[index].first)).replica)
    guard number < replicaNumbers[index].count else {
      fail()
      return 0
    }
    return replicaNumbers[index][number]
  }

  /// The slot of a commit; nil where it is not here.
  func find(_ id: ObjectID) -> Int32? {
    for layer in layers.reversed() {
      if let place = layer.find(id) { return layer.first + Int32(place) }
    }
    return nil
  }

  /// Calls back for the parents of a slot, which lie in lower slots.
  @inline(__always)
  func forEachParent(_ slot: Int32, _ body: (Int32) -> Void) {
    let layer = layers[layer(slot)]
    let facts = layer.facts(Int(slot - layer.first))
    guard facts.first != GraphLayout.noParent else { return }
    guard visit(facts.first, of: slot, body), facts.second != GraphLayout.noParent else { return }
    guard facts.second & GraphLayout.more != 0 else {
      _ = visit(facts.second, of: slot, body)
      return
    }
    var place = Int(facts.second & ~GraphLayout.more)
    while let next = layer.furtherParent(place), visit(next.ordinal, of: slot, body), !next.isLast {
      place += 1
    }
  }

  @inline(__always)
  private func visit(_ parent: UInt32, of slot: Int32, _ body: (Int32) -> Void) -> Bool {
    guard parent < UInt32(bitPattern: slot) else {
      fail()
      return false
    }
    body(Int32(bitPattern: parent))
    return true
  }

  /// The last commits of each replica among all that are here, and whether each is a head.
  var ends: [(ordinal: Int32, isHead: Bool)] {
    let ends = layers.last?.ends ?? []
    guard ends.allSatisfy({ $0.ordinal < count }) else {
      fail()
      return []
    }
    return ends
  }
}
