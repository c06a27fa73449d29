import FsyncCore
import FsyncWire
import TestSupport
import Testing

/// The bytes of a bundle with what a host has beyond some commits.
func makeBundle(
  of host: MemoryHost, beyond known: [ObjectID] = [], after part: [UInt8] = []
) throws -> [UInt8] {
  var maker = BundleMaker(try BundlePlan(beyond: known, in: host), of: host)
  var bytes = maker.open()
  if !part.isEmpty {
    var resumption = BundleResumption(after: bytes)
    _ = resumption.feed(Array(part[bytes.count...]), to: &maker)
    bytes = Array(part[..<Int(maker.length)])
  }
  while let more = try maker.next() { bytes += more }
  #expect(Int(maker.length) == bytes.count)
  return bytes
}

/// Reads a bundle in pieces, as a file would be read.
@discardableResult
func readBundle(
  _ bytes: [UInt8], into host: MemoryHost, isVerifying: Bool = false, piece: Int = .max
) throws -> Endpoint<BundleSession> {
  var end = Endpoint(bundle: host, isVerifying: isVerifying)
  var stream = BundleStream()
  var rest = bytes[...]
  while !rest.isEmpty {
    let messages = try Array(rest.prefix(piece)).withUnsafeBytes { try stream.feed($0) }
    rest = rest.dropFirst(piece)
    messages.withUnsafeBytes { end.feed($0) }
    while try end.advance() {}
  }
  try stream.finish()
  try end.ended()
  while try end.advance() {}
  #expect(end.outcome != nil)
  return end
}

/// Two replicas that have the same, and then something for each other.
func bundlePair(_ size: Int = 300) throws -> (MemoryHost, MemoryHost, common: [ObjectID]) {
  let (a, b) = (MemoryHost("alpha"), MemoryHost("beta"))
  try a.commit([("common", [1]), ("folder/other", [2, 3])])
  try readBundle(try makeBundle(of: a), into: b)
  let common = a.current
  var random = SplitMix(seed: 11)
  try a.commit([("a", random.bytes(size)), ("folder/other", [4])])
  try b.commit([("b", random.bytes(size)), ("common", nil)])
  return (a, b, common)
}
