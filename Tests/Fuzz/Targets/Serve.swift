import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncWire
import TestSupport

/// A line whose far end says what it is given to say, and hears nothing.
private final class ScriptCarrier: Carrier {
  private var pieces: ArraySlice<[UInt8]>
  private var rest: ArraySlice<UInt8> = []

  init(_ pieces: [[UInt8]]) {
    self.pieces = pieces[...]
  }

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    guard !incoming.isEmpty else { return Transfer(sent: outgoing.count) }
    if rest.isEmpty, let next = pieces.popFirst() { rest = next[...] }
    let part = rest.prefix(incoming.count)
    incoming.copyBytes(from: part)
    rest = rest.dropFirst(part.count)
    return Transfer(
      sent: outgoing.count, received: part.count, isAtEnd: part.isEmpty && pieces.isEmpty)
  }

  func finishSending() {}
  func close() -> Farewell? { nil }
}

/// A folder of its own, which goes when it is let go.
private final class Home {
  let folder: TemporaryDirectory

  init() throws { folder = try TemporaryDirectory(inMemory: true) }
}

/// A bare repository on disk, which is made anew once its heads have moved.
private final class Host {
  private let first: [[UInt8]]
  private var home: Home
  private var repository: Repository
  private(set) var heads: [ObjectID]

  /// - Parameter first: what a first push says.
  init(first: [[UInt8]]) throws {
    self.first = first
    home = try Home()
    (repository, heads) = try Host.make(home, first)
  }

  private static func make(
    _ home: Home, _ first: [[UInt8]]
  ) throws -> (Repository, [ObjectID]) {
    let path = Array(home.folder.appending("bare").utf8)
    let repository = try Repository.initialize(at: path, bare: true)
    try? Repository.serve(path, over: ScriptCarrier(first), ServeOptions(timeout: 10))
    return (repository, try repository.state().heads)
  }

  /// Serves somebody who says this, and looks at what became of the repository.
  func serve(_ pieces: [[UInt8]]) throws -> Outcome {
    var failure: (any Error)?
    do {
      try Repository.serve(
        repository.folder, over: ScriptCarrier(pieces), ServeOptions(timeout: 10))
    } catch { failure = error }
    let now = try repository.state()
    let damages = try repository.store.verify(roots: now.heads).damages
    guard damages.isEmpty else { throw Violation("damage after a session: \(damages)") }
    let isMoved = now.heads != heads
    if isMoved {
      home = try Home()
      (repository, heads) = try Host.make(home, first)
    } else {
      try repository.store.dropQuarantines(before: Timestamp(seconds: 1 << 40))
    }
    if let failure { return .refused(failure) }
    return .accepted(isMoved ? 1 : 0, now.heads.count)
  }
}

extension Target {
  /// A repository on disk that is served to a client who says anything.
  static func serve() throws -> Target {
    let cast = try Cast()
    let source = cast.victims[0].copy()
    source.current = cast.shared
    let push = try Recording(source, MemoryHost("empty", repository: nil))
    let host = try Host(first: Script(push.client[...]).messages(source.store))
    guard host.heads == cast.shared else { throw Violation("a first push that failed") }
    let seeds = [
      push.client,
      try Recording(cast.peers[0].copy(), source.copy(), shared: cast.shared).client,
      try Recording(cast.peers[0].copy(), source.copy()).client,
    ]
    return Target(name: "serve", seeds: seeds) { input in
      try host.serve(Script(input[...]).pieces(source.store, Checksum.xxh3(input)))
    }
  }
}
