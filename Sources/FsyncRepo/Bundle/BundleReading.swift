internal import FsyncCore
internal import FsyncSystem
internal import FsyncWire

/// Where a bundle is read from.
package enum BundleSource: Sendable {
  /// A file.
  case file([UInt8])
  /// The standard input.
  case standardInput

  /// What messages call it.
  package var path: [UInt8] {
    switch self {
    case .file(let path): path
    case .standardInput: Array("standard input".utf8)
    }
  }

  func open() throws(RepositoryError) -> File {
    try calling(path) { () throws(SystemError) in
      switch self {
      case .file(let path): try File(path, .read)
      case .standardInput: try StandardStreams.input()
      }
    }
  }

  /// Says whether a path is a file that begins as a bundle does.
  package static func isBundle(_ path: [UInt8]) -> Bool {
    guard let stat = try? Stat(following: path), stat.kind == .file,
      let file = try? File(path, .read),
      let bytes = try? file.read(BundleFormat.headLength, at: 0)
    else { return false }
    return BundleFormat.isBundle(bytes)
  }
}

/// Leads the bytes of a bundle through the session that reads it.
struct BundleReading {
  private(set) var endpoint: Endpoint<BundleSession>
  private var stream = BundleStream()
  private let repository: RepositoryID?
  /// The bytes that were read.
  private(set) var length: UInt64 = 0

  private static let portion = 256 << 10
  /// The longest wait for the next bytes, in seconds: how soon a request to stop is noticed.
  private static let pause = 0.5

  init(_ endpoint: Endpoint<BundleSession>, repository: RepositoryID?) {
    self.endpoint = endpoint
    self.repository = repository
  }

  /// Reads a bundle to its end.
  /// - Parameters:
  ///   - check: throws when this is to stop.
  ///   - progress: told how much has been read.
  ///   - noted: told each part that has been read.
  ///   - taken: told after each step how many bytes of messages have been taken.
  mutating func run(
    _ source: BundleSource, progress: Progress, checking check: () throws(RepositoryError) -> Void,
    noted: (ArraySlice<UInt8>) throws(RepositoryError) -> Void = { _ in },
    taken: (UInt64) -> Void = { _ in }
  ) throws(RepositoryError) -> Outcome {
    let file = try source.open()
    var buffer = [UInt8](repeating: 0, count: BundleReading.portion)
    while true {
      try check()
      let count = try calling(source.path) { () throws(SystemError) -> Int? in
        guard try Poll.wait(reading: file.descriptor, writing: -1, seconds: Self.pause).read else {
          return nil
        }
        return try buffer.withUnsafeMutableBytes { room in
          Result { () throws(SystemError) in try file.read(into: room) }
        }.get()
      }
      guard let count else { continue }
      if count == 0 { break }
      length += UInt64(count)
      try noted(buffer[..<count])
      try feed(buffer[..<count], of: source)
      try advance(taken)
      progress.report(.receiving, endpoint.counts.objectsReceived, nil, length)
    }
    do throws(BundleError) { try stream.finish() } catch {
      throw RepositoryError(error, path: source.path)
    }
    do throws(ExchangeError) { try endpoint.ended() } catch { throw failure(error) }
    try advance(taken)
    guard let outcome = endpoint.outcome else { throw .bundle(.truncated) }
    return outcome
  }

  private mutating func feed(
    _ bytes: ArraySlice<UInt8>, of source: BundleSource
  ) throws(RepositoryError) {
    do throws(BundleError) {
      let messages = try bytes.withUnsafeBytes { bytes in
        Result { () throws(BundleError) in try stream.feed(bytes) }
      }.get()
      messages.withUnsafeBytes { endpoint.feed($0) }
    } catch { throw RepositoryError(error, path: source.path) }
  }

  private mutating func advance(_ taken: (UInt64) -> Void) throws(RepositoryError) {
    do throws(ExchangeError) {
      repeat { taken(endpoint.taken) } while try endpoint.advance()
    } catch { throw failure(error) }
  }

  private func failure(_ error: ExchangeError) -> RepositoryError {
    guard case .wire(let wire) = error else {
      return RepositoryError(.exchange(error), url: "", ours: repository, farewell: nil)
    }
    switch wire {
    case .version(let version): return .bundle(.newer(version))
    case .truncated: return .bundle(.truncated)
    case .otherRepository(let theirs):
      guard let repository else { return .bundle(.damaged("\(wire)")) }
      return .bundle(.otherRepository(ours: repository, theirs: theirs))
    case .lacksBase(let ids):
      return .bundle(.lacksBase(ids, maker: endpoint.hello?.standing.name ?? []))
    case .incomplete(let need):
      let ids = need.commits + need.objects
      return ids.first.map { .bundle(.incomplete(ids.count, $0)) } ?? .bundle(.truncated)
    case .storage(let error): return .object(error)
    default: return .bundle(.damaged("\(wire)"))
    }
  }
}

extension RepositoryError {
  init(_ error: BundleError, path: [UInt8]) {
    self =
      switch error {
      case .notABundle: .bundle(.notABundle(path))
      case .version(let version): .bundle(.newer(UInt64(version)))
      case .truncated: .bundle(.truncated)
      case .checksum: .bundle(.damaged("its checksum does not match"))
      }
  }
}

extension BundleSummary {
  init(_ hello: Hello) {
    self.init(
      repository: hello.repository, replica: hello.standing.replica, name: hello.standing.name,
      heads: hello.standing.heads, base: hello.shared)
  }
}
