import FsyncHub
import FsyncNet
import FsyncRepo
import FsyncSystem
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix

/// `POST /NAME/sync`: one sync, whose two directions are the bodies of request and response.
///
/// Both flow at once and slow each other down: nothing waits here but what two sockets hold.
struct SyncRoute: Sendable {
  private let hub: Hub
  private let requests: Requests
  private let metrics: Metrics
  private let places: Places
  private let timeout: Double
  private let heap: HeapCare

  init(_ hub: Hub, _ requests: Requests, _ metrics: Metrics, _ settings: ServerSettings) {
    self.hub = hub
    self.requests = requests
    self.metrics = metrics
    places = Places(settings.maximumSessions)
    timeout = settings.timeout
    heap = HeapCare(hub.cache)
  }

  /// The media type of both bodies.
  static let mediaType = "application/x-fsync-session"

  func add(to router: Router<HubContext>) {
    router.post(":repository/sync") { request, context in try answer(request, context) }
  }

  private func answer(_ request: Request, _ context: HubContext) throws -> Response {
    let (name, access) = try requests.repository(of: request, context, for: .read)
    guard request.headers[.contentType] == Self.mediaType else {
      throw Refused(.unsupportedMediaType)
    }
    guard let place = places.take() else { throw Refused(.serviceUnavailable, retryAfter: 5) }
    var options = ServeOptions(timeout: timeout)
    options.isReadOnly = access < .write
    options.cache = hub.cache
    let (path, body, logger) = (hub.path(of: name), request.body, context.logger)
    var headers: HTTPFields = [
      .contentType: Self.mediaType, .cacheControl: "no-store",
    ]
    // A proxy that gathers the answer before it passes it on would stop both sides for ever.
    if let field = HTTPField.Name("X-Accel-Buffering") { headers[field] = "no" }
    return Response(
      status: .ok, headers: headers,
      body: ResponseBody { [options] writer in
        defer { place.leave() }
        try await serve(path, options, body, &writer, logger)
        try await writer.finish(nil)
      })
  }

  private func serve(
    _ path: [UInt8], _ options: ServeOptions, _ body: RequestBody,
    _ writer: inout any ResponseBodyWriter, _ logger: Logger
  ) async throws {
    let end = SessionEnd()
    let (thread, descriptor) = try ServingThread.start { carrier in
      end.tell(
        Result { try Repository.serve(path, over: try carrier.get(), options) }.failure)
    }
    metrics.sessionBegan()
    heap.sessionBegan()
    do {
      let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .withConnectedSocket(descriptor) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
              wrappingChannelSynchronously: channel,
              configuration: .init(isOutboundHalfClosureEnabled: true))
          }
        }
      try await channel.executeThenClose { inbound, outbound in
        try await relay(body, to: outbound, inbound, to: &writer)
      }
    } catch {
      // The client is gone; the session finds that out by itself.
      logger.debug("the client is gone", metadata: ["error": "\(LogText.words(error))"])
    }
    let failure = await end.wait()
    thread.join()
    metrics.sessionEnded(failure == nil)
    heap.sessionEnded()
    guard let failure else { return }
    logger.info("a sync failed", metadata: ["error": "\(LogText.words(failure))"])
  }

  /// Carries both directions until the session has said all.
  ///
  /// The request is read whatever the session does, since it was granted: a proxy whose connection
  /// to us was full might never go on with it; see `HTTPFlow`. The answer ends after the request, for
  /// a client to which an answer's end and the connection's come in the midst of what it sends may
  /// throw away what it has not read yet. AsyncHTTPClient does.
  private func relay(
    _ body: RequestBody, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, to writer: inout any ResponseBodyWriter
  ) async throws {
    let metrics = metrics
    let outflow = Outflow()
    let (parts, inflow) = AsyncStream<ByteBuffer>.makeStream()
    let upload = Task {
      do {
        for try await part in body {
          metrics.add(received: part.readableBytes)
          // Who sends more than it may is no client of ours.
          guard await outflow.expects(part.readableBytes) else { break }
          inflow.yield(part)
        }
      } catch {}
      inflow.finish()
    }
    let session = Task {
      do {
        for await part in parts {
          try await outbound.write(part)
          await outflow.grant(part.readableBytes)
        }
      } catch {}
      // That the client has ended, well or not, is for the session to judge.
      outbound.finish()
    }
    let download = Task {
      do {
        for try await part in inbound {
          metrics.add(sent: part.readableBytes)
          await outflow.offer(part)
        }
      } catch {}
      await outflow.finish()
    }
    let result: Result<Void, any Error>
    do {
      while let part = await outflow.next() { try await writer.write(part) }
      let limit = Task { [timeout] in
        try await Task.sleep(for: .seconds(timeout))
        upload.cancel()
      }
      await upload.value
      limit.cancel()
      result = .success(())
    } catch { result = .failure(error) }
    await outflow.finish()
    // The server reads on from the same body after this, and two readers at once end the program.
    for task in [upload, session, download] { task.cancel() }
    for task in [upload, session, download] { await task.value }
    try result.get()
  }
}
