import AsyncHTTPClient
import FsyncNet
import FsyncSystem
import FsyncWire
import NIOCore
import NIOHTTP1
import NIOPosix

/// One sync as a request: what fsync says is its body, what the hub says is the response's.
struct Exchange: Sendable {
  private let invocation: Invocation

  init(_ invocation: Invocation) {
    self.invocation = invocation
  }

  /// The media type of both bodies.
  private static let mediaType = "application/x-fsync-session"
  /// Times that a hub may send us on.
  private static let redirects = 5

  /// Carries bytes until both sides have said all.
  /// - Parameter descriptor: a connected socket, which is closed in the end.
  func run(over descriptor: Int32) async throws(Trouble) {
    do {
      let group = MultiThreadedEventLoopGroup.singleton
      let channel = try await ClientBootstrap(group: group)
        .channelOption(.allowRemoteHalfClosure, value: true)
        .withConnectedSocket(descriptor) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
              wrappingChannelSynchronously: channel,
              configuration: .init(isOutboundHalfClosureEnabled: true))
          }
        }
      let client = HTTPClient(
        eventLoopGroupProvider: .shared(group),
        configuration: try Client.configuration(for: invocation))
      do {
        try await channel.executeThenClose { inbound, outbound in
          try await carry(inbound, outbound, client)
        }
      } catch {
        try? await client.shutdown()
        throw error
      }
      try await client.shutdown()
    } catch let trouble as Trouble { throw trouble } catch {
      throw Trouble("\(invocation.place.origin): \(Client.words(error))")
    }
  }

  private func carry(
    _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ client: HTTPClient
  ) async throws {
    let feed = Feed()
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        // Where fsync is gone, the end of the request's body tells the hub.
        do { for try await part in inbound { await feed.append(part) } } catch {}
        await feed.finish()
        // fsync has what it wanted and is not there any more to end this program.
        try await Task.sleep(for: .seconds(invocation.timeout))
        Host.exit(1)
      }
      let response = try await answer(client, feed)
      guard response.status == .ok else {
        try await outbound.write(try Client.refusal(response, invocation))
        outbound.finish()
        await feed.abandon()
        group.cancelAll()
        return
      }
      guard response.headers.first(name: "content-type") == Self.mediaType else {
        throw Trouble("\(invocation.place): something answers there, but it is no fsync hub")
      }
      await feed.answered()
      var answer = Answer()
      for try await part in response.body {
        for word in answer.take(part) {
          switch word {
          case .data(let bytes): try await outbound.write(bytes)
          case .grant(let count): await feed.grant(count)
          }
        }
      }
      outbound.finish()
      await feed.abandon()
      group.cancelAll()
    }
  }

  /// Asks the hub, and once more where it says that the repository has another path.
  private func answer(_ client: HTTPClient, _ feed: Feed) async throws -> HTTPClientResponse {
    var url = invocation.place.description + "/sync"
    for _ in 0...Self.redirects {
      var request = HTTPClientRequest(url: url)
      request.method = .POST
      request.headers.add(name: "content-type", value: Self.mediaType)
      request.headers.add(name: "user-agent", value: "fsync")
      if let token = invocation.token {
        request.headers.add(name: "authorization", value: "Bearer \(token)")
      }
      request.body = .stream(await feed.begin(), length: .unknown)
      // A hub answers before a request's end; what waits for that end would wait for ever. The
      // time is over before fsync's own, which could not say as much.
      let patience = TimeAmount.seconds(max(invocation.timeout * 3 / 4, 1))
      let response = try await client.execute(request, deadline: .now() + patience)
      guard [301, 302, 307, 308].contains(response.status.code) else { return response }
      let target = response.headers.first(name: "location") ?? ""
      if target.hasPrefix("/"), !target.hasPrefix("//") {
        url = invocation.place.origin + target
      } else if target.hasPrefix(invocation.place.origin + "/") {
        url = target
      } else {
        // The token is for this hub alone.
        throw Trouble(
          "\(invocation.place) has moved to \(target.debugDescription), another hub: "
            + "set the remote's place anew if that is right")
      }
    }
    throw Trouble("\(invocation.place): the hub sends us round in circles")
  }
}
