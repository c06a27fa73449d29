import FsyncHub
import FsyncRepo
import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// `GET /NAME/heads[?wait=SECONDS]`: the heads of a repository as a JSON document.
///
/// With `wait` and an `If-None-Match` of the answer before, it comes once the heads are others, or
/// as 304 when the time is up: so a daemon learns of new commits at once without asking all the
/// time.
struct HeadsRoute: Sendable {
  private let board: HeadsBoard
  private let requests: Requests

  init(_ hub: Hub, _ requests: Requests) {
    board = HeadsBoard(hub)
    self.requests = requests
  }

  /// The longest that is waited, in seconds: shorter than what proxies have patience for.
  private static let longest = 55.0
  /// Seconds between two looks at a file.
  private static let pause = 0.25

  func add(to router: Router<HubContext>) {
    router.get(":repository/heads") { request, context in
      let (name, _) = try requests.repository(of: request, context, for: .read)
      let seconds = request.uri.queryParameters.get("wait", as: Double.self) ?? 0
      let known = request.headers[.ifNoneMatch]
      var stamp = board.stamp(of: name)
      var heads = try board.heads(of: name)
      var left = seconds.isFinite ? min(max(seconds, 0), Self.longest) : 0
      while HeadsBoard.tag(heads) == known, left > 0 {
        // A hub that is to stop does not wait for those who wait.
        do {
          try await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(Self.pause)) }
        } catch { break }
        left -= Self.pause
        let now = board.stamp(of: name)
        if now == stamp { continue }
        stamp = now
        heads = try board.heads(of: name)
      }
      return Self.answer(heads, known)
    }
  }

  private static func answer(_ heads: [String], _ known: String?) -> Response {
    let tag = HeadsBoard.tag(heads)
    let headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
    guard tag != known else { return Response(status: .notModified, headers: headers) }
    let list = heads.map { "\"\($0)\"" }.joined(separator: ",")
    var response = Response(
      status: .ok, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: "{\"heads\":[\(list)]}\n")))
    response.headers[.contentType] = "application/json"
    return response
  }
}
