internal import FsyncCore

/// Makes the bytes of a bundle, a frame at a time.
///
/// Does no input or output: bytes are taken out, and where a file holds the beginning of the same
/// bundle already, its frames are handed back and not made again.
package struct BundleMaker {
  private enum Stage { case opening, frames, over }

  private let plan: BundlePlan
  private let host: any ExchangeHost
  private var stage: Stage = .opening
  private var writer = MessageWriter()
  private var digest = Digest.Running()
  private var production: Production?
  private var carried = IDTable()
  /// The bytes of the bundle so far.
  package private(set) var length: UInt64 = 0
  /// The objects in it so far.
  package private(set) var objects = 0

  /// The objects that it will have; nil before that is known.
  package var objectsInAll: Int? { production?.progress.map { carried.count + $0.total.objects } }
  /// The objects that are in it, as far as they have been compressed.
  package var objectsDone: Int { objects + (production?.progress?.done.objects ?? 0) }

  /// Makes the maker of a bundle's beginning.
  package init(_ plan: BundlePlan, of host: any ExchangeHost) {
    self.plan = plan
    self.host = host
  }

  /// What comes before the first frame: head, hello, and which commits are without content.
  package mutating func open() -> [UInt8] {
    guard case .opening = stage else { return [] }
    stage = .frames
    var bytes = BundleFormat.head
    writer.append(.hello(plan.hello), to: &bytes)
    for start in stride(from: 0, to: plan.absent.count, by: WireLimits.absent) {
      let part = plan.absent[start..<min(start + WireLimits.absent, plan.absent.count)]
      writer.append(.absent(Array(part)), to: &bytes)
    }
    note(bytes)
    return bytes
  }

  /// Takes a frame that follows in a file which holds the beginning of this bundle.
  /// - Returns: whether it is one of the bundle's.
  package mutating func resume(_ message: Message) -> Bool {
    guard production == nil, case .frames = stage, case .frame(let frame) = message,
      let summary = frame.withUnsafeBytes({ try? Frame.Summary(decoding: $0) })
    else { return false }
    var bytes: [UInt8] = []
    writer.append(message, to: &bytes)
    note(bytes)
    for object in summary.objects { carried.insert(object.id) }
    objects += summary.objects.count
    return true
  }

  /// Returns what comes next, which may be nothing yet; nil where the bundle is whole.
  package mutating func next() throws(ExchangeError) -> [UInt8]? {
    switch stage {
    case .opening: return open()
    case .frames: return try frame()
    case .over: return nil
    }
  }

  private mutating func frame() throws(ExchangeError) -> [UInt8] {
    if production == nil { production = try begin() }
    guard var current = production else { return [] }
    production = nil
    let (source, compression) = (host.source, host.compression)
    let step = try wire { () throws(WireError) in try current.step(source, compression) }
    production = current
    var bytes: [UInt8] = []
    switch step {
    case .busy, .blocked, .offer, .outline: break
    case .frame(let frame):
      writer.append(.frame(frame), to: &bytes)
      note(bytes)
    case .done(let count):
      objects += count
      stage = .over
      writer.append(.end, to: &bytes)
      note(bytes)
      let trailer = BundleFormat.trailer(length: length, digest: digest.value)
      length += UInt64(trailer.count)
      bytes += trailer
    }
    return bytes
  }

  private func begin() throws(ExchangeError) -> Production {
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    let absent = try own { () throws(HostError) in try host.absent() }
    let base = plan.hello.shared
    // What the base has serves as a prefix: whoever may import this has it.
    return Production(
      Lister(plan.commits, held: base, graph: graph, source: host.source, absent: absent),
      mayOffer: false, useLikes: !base.isEmpty, held: carried)
  }

  private mutating func note(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { digest.update($0) }
    length += UInt64(bytes.count)
  }
}

/// Hands the frames of a file that holds the beginning of a bundle back to its maker.
package struct BundleResumption {
  private var parser = MessageParser()

  /// Begins after the bytes that come before the first frame.
  package init(after opening: [UInt8]) {
    parser.feed(Array(opening.dropFirst(BundleFormat.headLength)))
    // Messages are numbered from the first one on.
    while (try? parser.next()) ?? nil != nil {}
  }

  /// Takes the next bytes of the file.
  /// - Returns: whether more may follow: not where a message is damaged, or is no frame.
  package mutating func feed(_ bytes: [UInt8], to maker: inout BundleMaker) -> Bool {
    parser.feed(bytes)
    do throws(WireError) {
      while let message = try parser.next() {
        guard maker.resume(message) else { return false }
      }
      return true
    } catch { return false }
  }
}
