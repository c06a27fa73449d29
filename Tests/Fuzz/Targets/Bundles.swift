import FsyncCore
import FsyncWire
import TestSupport

extension Target {
  /// Bundles: a byte that chooses who reads it and how, then the messages that are in it, around
  /// which stands what belongs there.
  static func bundles() throws -> Target {
    let cast = try Cast()
    var seeds: [[UInt8]] = []
    for (number, victim) in cast.victims.enumerated() {
      for known in [cast.shared(UInt8(number)), []] {
        let recording = try Recording(
          bundleOf: cast.peers[number].copy(), beyond: known, for: victim.copy())
        for mode in [0, 64] { seeds.append([UInt8(number + mode)] + recording.client) }
      }
    }
    return Target(name: "bundles", seeds: seeds) { input in
      let choice = input.first ?? 0
      let host = cast.victim(choice & 63)
      let messages = Script(input.dropFirst()).messages(host.store).flatMap { $0 }
      return try read(
        bundle(of: messages, Checksum.xxh3(input)), host, isVerifying: choice & 64 != 0)
    }
  }

  /// A whole bundle of messages; of one in sixteen, another one.
  private static func bundle(of messages: [UInt8], _ choice: UInt64) -> [UInt8] {
    let body = BundleFormat.head + messages
    var digest = Digest.Running()
    body.withUnsafeBytes { digest.update($0) }
    var bytes = body + BundleFormat.trailer(length: UInt64(body.count), digest: digest.value)
    if choice & 15 == 0 { bytes.removeLast(Int(choice >> 4 % UInt64(bytes.count))) }
    if choice & 15 == 1 {
      bytes[Int(choice >> 4 % UInt64(bytes.count))] ^= 1 << UInt8(choice >> 60 & 7)
    }
    return bytes
  }

  /// Reads a bundle in pieces, and looks at what became of the repository.
  private static func read(
    _ bytes: [UInt8], _ host: MemoryHost, isVerifying: Bool
  ) throws -> Outcome {
    let before = host.copy()
    let outcome: Outcome
    var end = Endpoint(bundle: host, isVerifying: isVerifying)
    do {
      var stream = BundleStream()
      for start in stride(from: 0, to: bytes.count, by: 700) {
        let messages = try Array(bytes[start..<min(start + 700, bytes.count)]).withUnsafeBytes {
          try stream.feed($0)
        }
        messages.withUnsafeBytes { end.feed($0) }
        while try end.advance() {}
      }
      try stream.finish()
      try end.ended()
      while try end.advance() {}
      guard end.outcome != nil else { throw Violation("a bundle that is read and has no outcome") }
      outcome = .accepted(
        host.joins, host.current.count, end.counts.objectsReceived, end.missing.count,
        end.unverified)
    } catch let error as ExchangeError {
      outcome = .refused(error)
    } catch let error as BundleError { outcome = .refused(error) }
    if isVerifying, host.joins > 0 { throw Violation("a look that joined something") }
    try Cast.check(host, before: before)
    return outcome
  }
}
