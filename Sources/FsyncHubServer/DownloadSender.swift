import FsyncHub
import FsyncNet
import FsyncWeb
import FsyncWire
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// Sends files and archives as fast as they are taken: a thread reads, and what it may be ahead is
/// what a socket holds.
struct DownloadSender: Sendable {
  private let hub: Hub
  private let timeout: Double
  private let files = Places(64)
  // These keep a processor busy each.
  private let archives = Places(8)

  init(_ hub: Hub, timeout: Double) {
    self.hub = hub
    self.timeout = timeout
  }

  /// Nothing of a file is to be run, wherever it is opened.
  private static let policy = "default-src 'none'; frame-ancestors 'none'; sandbox"

  func response(
    _ download: Download, _ fields: HTTPFields, _ logger: Logger
  ) throws -> Response {
    var headers = fields
    headers[.contentType] = download.type
    headers[.eTag] = download.tag
    headers[.contentDisposition] = Disposition.attachment(download.fileName)
    if let field = HTTPField.Name("Content-Security-Policy") { headers[field] = Self.policy }
    var status = HTTPResponse.Status.ok
    var length: Int?
    let places: Places
    switch download.content {
    case .file(_, let range, let size):
      places = files
      headers[.acceptRanges] = "bytes"
      length = range.count
      if range != 0..<size {
        status = .partialContent
        headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(size)"
      }
    case .archive:
      places = archives
      if let field = HTTPField.Name("X-Accel-Buffering") { headers[field] = "no" }
    }
    guard let place = places.take() else { throw Refused(.serviceUnavailable, retryAfter: 10) }
    return Response(
      status: status, headers: headers,
      body: ResponseBody(contentLength: length) { writer in
        defer { place.leave() }
        try await send(download, &writer, logger)
        try await writer.finish(nil)
      })
  }

  /// Sends all of it; throws where that fails, which ends the connection before its end, so that
  /// nobody takes a part for the whole.
  private func send(
    _ download: Download, _ writer: inout any ResponseBodyWriter, _ logger: Logger
  ) async throws {
    let end = SessionEnd()
    let (hub, timeout) = (hub, timeout)
    let (thread, descriptor) = try ServingThread.start { carrier in
      end.tell(
        Result {
          let carrier = try carrier.get()
          try download.send(from: hub) { carrier.send($0, within: timeout) }
        }.failure)
    }
    var failure: (any Error)?
    do { try await Self.relay(descriptor, to: &writer) } catch {
      // The client is gone; the thread finds that out by itself.
      failure = error
    }
    let reason = await end.wait()
    thread.join()
    if let failure { throw failure }
    guard let reason else { return }
    logger.error("a download failed", metadata: ["error": "\(LogText.words(reason))"])
    throw reason
  }

  private static func relay(
    _ descriptor: Int32, to writer: inout any ResponseBodyWriter
  ) async throws {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .withConnectedSocket(descriptor) { channel in
        channel.eventLoop.makeCompletedFuture {
          try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
        }
      }
    try await channel.executeThenClose { inbound, _ in
      for try await part in inbound { try await writer.write(part) }
    }
  }
}

extension Carrier {
  /// Sends bytes to the last; false where nobody takes them.
  fileprivate func send(_ bytes: UnsafeRawBufferPointer, within seconds: Double) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let room = UnsafeMutableRawBufferPointer(start: nil, count: 0)
      guard
        let moved = try? transfer(
          UnsafeRawBufferPointer(rebasing: rest), into: room, waitingAtMost: seconds)
      else { return false }
      rest = rest.dropFirst(moved.sent)
    }
    return true
  }
}
