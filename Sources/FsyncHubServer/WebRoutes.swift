import FsyncHub
import FsyncWeb
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The pages for people: everything that can be asked for by GET and is not for programs.
struct WebRoutes: Sendable {
  private let site: Site
  private let requests: Requests
  private let sender: DownloadSender
  private let pages = Places(16)

  init(_ hub: Hub, _ requests: Requests, _ settings: ServerSettings) {
    site = Site(hub)
    self.requests = requests
    sender = DownloadSender(hub, timeout: settings.timeout)
  }

  func add(to router: Router<HubContext>) {
    for path: RouterPath in ["/", "-/**", ":repository", ":repository/**"] {
      router.get(path) { request, context in try await answer(request, context) }
    }
  }

  private func answer(_ request: Request, _ context: HubContext) async throws -> Response {
    guard let address = Address(target: request.head.path ?? "/") else {
      // What is no page is refused in the same way as what may not be seen.
      _ = try requests.repository(of: request, context, for: .read)
      throw Refused(.notFound)
    }
    switch address {
    case .style: return Self.drawing(StyleSheet.css, "text/css; charset=utf-8", request)
    case .icon: return Self.drawing(StyleSheet.icon, "image/svg+xml", request)
    case .hub(let after):
      let from = requests.address(of: request, context)
      return try await self.page(request, context) {
        site.list(try requests.repositories(of: request, from: from), after: after)
      }
    case .repository(_, let page):
      let (name, _) = try requests.repository(of: request, context, for: .read)
      let conditions = Conditions(
        known: request.headers[.ifNoneMatch], range: request.headers[.range],
        ifRange: request.headers[.ifRange])
      return try await self.page(request, context) { try site.answer(name, page, conditions) }
    }
  }

  /// Reads what a page shows, where not too many are being read already.
  private func page(
    _ request: Request, _ context: HubContext, _ read: @escaping @Sendable () throws -> WebAnswer
  ) async throws -> Response {
    guard let place = pages.take() else { throw Refused(.serviceUnavailable, retryAfter: 2) }
    let answer: WebAnswer
    do { answer = try await Blocking.run(read) } catch let error as WebError {
      throw Self.refusal(error, context.logger)
    }
    place.leave()
    var headers: HTTPFields = [.vary: "Authorization", .cacheControl: "private, no-cache"]
    switch answer {
    case .page(let html, let tag):
      headers[.contentType] = "text/html; charset=utf-8"
      headers[.eTag] = tag
      return Response(
        status: .ok, headers: headers,
        body: ResponseBody(byteBuffer: ByteBuffer(bytes: html.bytes)))
    case .elsewhere(let address):
      headers[.location] = address.target
      return Response(status: .found, headers: headers)
    case .unchanged(let tag, let isFixed):
      headers[.eTag] = tag
      if isFixed { headers[.cacheControl] = Self.forEver }
      return Response(status: .notModified, headers: headers)
    case .download(let download):
      if download.isFixed { headers[.cacheControl] = Self.forEver }
      return try sender.response(download, headers, context.logger)
    }
  }

  /// For what an address can only ever lead to, in the browser of whoever may see it.
  private static let forEver = "private, max-age=31536000, immutable"

  private static func refusal(_ error: WebError, _ logger: Logger) -> Refused {
    switch error {
    case .notFound: return Refused(.notFound)
    case .gone(let words): return Refused(.gone, words: words)
    case .noSuchPart(let size):
      return Refused(.rangeNotSatisfiable, headers: [.contentRange: "bytes */\(size)"])
    case .repository(let error):
      logger.error("a repository cannot be read", metadata: ["error": "\(LogText.words(error))"])
      return Refused(.internalServerError)
    }
  }

  /// What pages are drawn with, for whoever asks.
  private static func drawing(_ text: String, _ type: String, _ request: Request) -> Response {
    let tag = "\"\(text.utf8.reduce(UInt64(5381)) { $0 &* 33 &+ UInt64($1) })\""
    let headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache", .contentType: type]
    if request.headers[.ifNoneMatch] == tag {
      return Response(status: .notModified, headers: headers)
    }
    return Response(
      status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
