import FsyncHub
import HTTPTypes
import Hummingbird
import NIOCore

/// `GET /metrics`, for this machine, and for whoever has a token for anything.
struct MetricsRoute: Sendable {
  private let requests: Requests
  private let metrics: Metrics

  init(_ requests: Requests, _ metrics: Metrics) {
    self.requests = requests
    self.metrics = metrics
  }

  func add(to router: Router<HubContext>) {
    router.get("metrics") { request, context in
      let address = requests.address(of: request, context)
      if (try? SocketAddress(ipAddress: address, port: 0))?.isLoopback != true {
        try requests.check(request, from: address)
      }
      return Response(
        status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: metrics.text)))
    }
  }
}

extension Requests {
  /// Refuses a request without a token that is good for something.
  func check(_ request: Request, from address: String) throws {
    if case .failure(let refusal) = try gate.visible(token: Self.token(request), from: address) {
      throw Refused(refusal.verdict)
    }
  }
}
