internal import FsyncCore

/// What a side sends in one go, from the listing to the last frame.
struct Production {
  private enum Stage {
    case listing(Lister)
    case waiting(Listing)
    case packing(FramePacker)
  }

  private var stage: Stage
  private let mayOffer: Bool
  private let useLikes: Bool
  private let held: IDTable
  private(set) var hasOffered = false
  private var offered = 0
  private var offers: [Int] = []
  private var wanted: [Bool] = []

  /// One step's result.
  enum Step {
    /// More is to be done.
    case busy
    /// Offer these ids.
    case offer([ObjectID])
    /// Send this frame.
    case frame([UInt8])
    /// So much is sent from now on, which takes a while.
    case outline(Outline)
    /// Nothing can be done before the other side answers.
    case blocked
    /// All has been handed over.
    case done(objects: Int)
  }

  /// Makes a production.
  /// - Parameters:
  ///   - mayOffer: whether the receiver may have some of it already.
  ///   - useLikes: whether the receiver holds what older commits bring.
  ///   - held: objects that were handed over before and are not again.
  init(_ lister: Lister, mayOffer: Bool, useLikes: Bool, held: IDTable = IDTable()) {
    stage = .listing(lister)
    self.held = held
    self.mayOffer = mayOffer
    self.useLikes = useLikes
  }

  /// Does a bounded amount of work.
  mutating func step(
    _ source: any FrameSource, _ compression: Compression
  ) throws(WireError) -> Step {
    switch stage {
    case .listing(var lister):
      // Taken out while it changes, so that it is not copied.
      stage = .waiting(Listing())
      if !lister.isDone {
        try lister.advance()
        if mayOffer, lister.listing.bytes > UInt64(WireLimits.unasked) { hasOffered = true }
      }
      let open = lister.listing.count - offered
      if hasOffered, open >= WireLimits.offer || lister.isDone && open > 0 {
        let ids = lister.listing.ids(from: offered, atMost: WireLimits.offer)
        offered += ids.count
        offers.append(ids.count)
        stage = .listing(lister)
        return .offer(ids)
      }
      stage = lister.isDone ? .waiting(lister.listing) : .listing(lister)
      return .busy
    case .waiting(let listing):
      guard offers.isEmpty else { return .blocked }
      let bits = wanted
      let all = !hasOffered
      let packer = try FramePacker(
        listing, wanted: { (all || bits[$0]) && !held.contains(listing.ids[$0]) },
        useLikes: useLikes, source: source, compression: compression)
      stage = .packing(packer)
      return listing.bytes > UInt64(WireLimits.unasked) ? .outline(packer.all) : .busy
    case .packing(var packer):
      let frame = try packer.frame()
      let objects = packer.sentSoFar.objects
      stage = .packing(packer)
      return frame.map { .frame($0) } ?? .done(objects: objects)
    }
  }

  /// What has been handed over, and what is to be in all; nil before that is known.
  var progress: (done: Outline, total: Outline)? {
    guard case .packing(let packer) = stage else { return nil }
    return (packer.sentSoFar, packer.all)
  }

  /// Takes the answer to the oldest offer.
  mutating func narrow(_ selection: Selection) {
    guard !offers.isEmpty else { return }
    offers.removeFirst()
    for index in 0..<selection.count { wanted.append(selection[index]) }
  }
}
