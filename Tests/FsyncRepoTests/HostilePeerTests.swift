import FsyncCore
import FsyncRepo
import FsyncStore
import FsyncSystem
import FsyncWire
import TestSupport
import Testing

/// A client that says hello, and then what a test wants, for ever.
private final class EndlessCarrier: Carrier {
  private var writer = MessageWriter()
  private var rest: ArraySlice<UInt8> = []
  private let next: Message
  private let listens: Bool
  private(set) var delivered = 0
  /// What had been delivered when nothing more was taken for the first time.
  private(set) var stopped: Int?

  init(hello: Hello?, _ next: Message, listens: Bool) {
    self.next = next
    self.listens = listens
    if let hello { say(.hello(hello)) }
  }

  private func say(_ message: Message) {
    var bytes: [UInt8] = []
    writer.append(message, to: &bytes)
    rest = bytes[...]
  }

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    guard delivered < 100 << 20 else { throw .disconnected }
    if incoming.isEmpty, !listens {
      stopped = stopped ?? delivered
      _ = try? Poll.wait(reading: -1, writing: -1, seconds: min(seconds, 0.1))
      throw .timeout
    }
    if rest.isEmpty {
      // Somebody who drips takes his time, and is there for longer than any test waits.
      if listens { _ = try? Poll.wait(reading: -1, writing: -1, seconds: 0.01) }
      say(next)
    }
    let part = rest.prefix(incoming.count)
    incoming.copyBytes(from: part)
    rest = rest.dropFirst(part.count)
    delivered += listens ? 64 << 10 : part.count
    return Transfer(sent: listens ? outgoing.count : 0, received: part.count)
  }

  func finishSending() {}
  func close() -> Farewell? { nil }
}

@Suite struct HostilePeerTests {
  /// A repository that gives up soon, with more to send than fits on a line.
  private func victim(_ directory: borrowing TemporaryDirectory) throws -> Repository {
    var random = SplitMix(seed: 21)
    let desk = try Repository.make("desk", in: directory)
    try desk.tree.write("large", random.bytes(1_000_000))
    try desk.commit("large")
    for key in [ConfigurationKey.timeout, .patience] {
      try Configuration.edit(Configuration.repositoryPath(desk.folder)) {
        (file) throws(RepositoryError) in try file.setting(key, to: .integer(1))
      }
    }
    return desk
  }

  private func hello(_ repository: Repository) throws -> Hello {
    Hello(
      repository: try repository.state().repositoryID, shared: [],
      standing: Standing(
        replica: identity([9]), name: [], heads: [], beyond: VersionVector()))
  }

  private func failure(
    _ repository: Repository, _ carrier: EndlessCarrier
  ) -> ExchangeFailure? {
    do throws(RepositoryError) {
      // The limits are those of the repository's own configuration.
      try Repository.serve(repository.root ?? [], over: carrier)
    } catch {
      if case .exchange(let failure) = error { return failure }
      Issue.record(error)
    }
    return nil
  }

  @Test("a peer that talks and does not listen fills no memory")
  func flood() throws {
    let directory = try TemporaryDirectory()
    let desk = try victim(directory)
    let frame = Message.frame([UInt8](repeating: 0, count: 1 << 20))
    let carrier = EndlessCarrier(hello: try hello(desk), frame, listens: false)
    #expect(failure(desk, carrier) == .timeout)
    #expect(try #require(carrier.stopped) < 24 << 20)
  }

  @Test("a peer that only says that it is at work is given up", arguments: [true, false])
  func drip(greets: Bool) throws {
    let directory = try TemporaryDirectory()
    let desk = try victim(directory)
    let heads = try desk.state().heads
    let carrier = EndlessCarrier(hello: greets ? try hello(desk) : nil, .keepAlive, listens: true)
    #expect(failure(desk, carrier) == .stalled)
    #expect(try desk.state().heads == heads)
  }
}
