import FsyncCore
import FsyncNet
import FsyncRepo
import FsyncSystem
import FsyncWire
import TestSupport

extension Connector {
  /// Reaches repositories of this machine by their absolute paths, as the command does.
  static var local: Connector {
    Connector { (request) throws(CarrierError) in
      guard let url = try? RemoteURL(request.url, relativeTo: [0x2f]) else {
        throw .unreachable(Array("not a place: \(request.url)".utf8))
      }
      return try url.connect(
        ssh: request.ssh, command: request.command, timeout: request.timeout
      ) { path, carrier in
        // What it throws, the client is told.
        try? Repository.serve(path, over: carrier, ServeOptions(timeout: 20))
      }
    }
  }

  /// Like `local`, over a line that a test may spoil.
  static func spoiled(
    _ spoil: @escaping (any Carrier) -> any Carrier
  ) -> Connector {
    Connector { (request) throws(CarrierError) in spoil(try Connector.local.connect(request)) }
  }
}

/// A line that is cut once so many bytes have come, or have been sent.
final class CutCarrier: Carrier {
  private let line: any Carrier
  /// How many may still come, and be sent.
  private var toCome = Int.max
  private var toSend = Int.max

  init(_ line: any Carrier, after bytes: Int) {
    self.line = line
    toCome = bytes
  }

  init(_ line: any Carrier, afterSending bytes: Int) {
    self.line = line
    toSend = bytes
  }

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    guard toCome > 0, toSend > 0 else { throw .disconnected }
    let part = UnsafeRawBufferPointer(rebasing: outgoing.prefix(toSend))
    let room = UnsafeMutableRawBufferPointer(rebasing: incoming.prefix(toCome))
    let transfer = try line.transfer(part, into: room, waitingAtMost: seconds)
    toCome -= transfer.received
    toSend -= transfer.sent
    return transfer
  }

  func finishSending() { line.finishSending() }
  func close() -> Farewell? { line.close() }
}

/// A line that changes one byte of what comes.
final class NoisyCarrier: Carrier {
  private let line: any Carrier
  private var left: Int
  private let bit: UInt8

  init(_ line: any Carrier, seed: UInt64) {
    self.line = line
    var random = SplitMix(seed: seed)
    left = random.below(400)
    bit = 1 << UInt8(random.below(8))
  }

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    let transfer = try line.transfer(outgoing, into: incoming, waitingAtMost: seconds)
    if left >= 0, left < transfer.received { incoming[left] ^= bit }
    left -= transfer.received
    return transfer
  }

  func finishSending() { line.finishSending() }
  func close() -> Farewell? { line.close() }
}

/// A line into which everything goes and out of which nothing comes, for as long as a test may
/// take.
final class SilentCarrier: Carrier {
  private var left = 100
  private var isFinished = false

  func transfer(
    _ outgoing: UnsafeRawBufferPointer, into incoming: UnsafeMutableRawBufferPointer,
    waitingAtMost seconds: Double
  ) throws(CarrierError) -> Transfer {
    left -= 1
    guard left > 0 else { throw .disconnected }
    guard outgoing.isEmpty, !isFinished else {
      return Transfer(sent: outgoing.count, isAtEnd: isFinished)
    }
    _ = try? Poll.wait(reading: -1, writing: -1, seconds: seconds)
    throw .timeout
  }

  func finishSending() { isFinished = true }
  func close() -> Farewell? { nil }
}

extension Repository {
  /// A repository with a working tree at a name in a directory, and without default ignore rules.
  static func make(
    _ name: String, in directory: borrowing TemporaryDirectory, bare: Bool = false
  ) throws -> Repository {
    let path = Array(directory.appending(name).utf8)
    let repository = try Repository.initialize(at: path, bare: bare, name: Array(name.utf8))
    if !bare { try repository.tree.remove(".fsyncignore") }
    return repository
  }

  /// A clone of this one at a name in a directory.
  func clone(_ name: String, in directory: borrowing TemporaryDirectory) throws -> Repository {
    let path = Array(directory.appending(name).utf8)
    return try Repository.clone(
      from: url, to: path, bare: false, name: Array(name.utf8), progress: .none, over: .local
    ).repository
  }

  /// Where others find it.
  var url: String { String(decoding: root ?? folder, as: UTF8.self) }

  /// Syncs with one remote.
  @discardableResult
  func sync(
    _ remote: String, over connector: Connector = .local
  ) throws(RepositoryError) -> SyncResult {
    let results = synchronize(with: [remote], options: SyncOptions(), over: connector)
    guard results.count == 1 else { throw .unknownRemote(remote) }
    return try results[0].get()
  }
}
