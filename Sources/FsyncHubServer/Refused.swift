import FsyncHub
import FsyncWeb
import HTTPTypes
import Hummingbird
import NIOCore

/// An answer that is no good news: a page for people, a line for programs.
///
/// Without words it says nothing about what is here.
struct Refused: Error, HTTPResponseError {
  let status: HTTPResponse.Status
  /// More than the status says.
  private let words: String?
  private let headers: HTTPFields

  /// Refuses.
  /// - Parameter retryAfter: when to try again, in seconds.
  init(
    _ status: HTTPResponse.Status, retryAfter: Double? = nil, words: String? = nil,
    headers: HTTPFields = [:]
  ) {
    self.status = status
    self.words = words
    var headers = headers
    if let retryAfter { headers[.retryAfter] = "\(Int(retryAfter.rounded(.up)))" }
    self.headers = headers
  }

  /// What a verdict that is none in favour looks like from outside.
  init(_ verdict: Gate.Verdict) {
    switch verdict {
    case .granted, .hidden: self.init(.notFound)
    case .unknown: self.init(.unauthorized)
    case .wait(let seconds): self.init(.tooManyRequests, retryAfter: seconds)
    }
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    let isForPeople = request.headers[.accept]?.contains("text/html") ?? false
    var headers = headers
    headers[.cacheControl] = "no-store"
    headers[.vary] = "Accept, Authorization"
    let body: ByteBuffer
    if isForPeople {
      headers[.contentType] = "text/html; charset=utf-8"
      body = ByteBuffer(bytes: ErrorPage.page(status.code, words).bytes)
    } else {
      headers[.contentType] = "text/plain; charset=utf-8"
      let line = "\(status.code) \(status.reasonPhrase)\n"
      body = ByteBuffer(string: words.map { "\(line)\($0)\n" } ?? line)
    }
    // Only a browser of a person's is to ask for name and password.
    if status == .unauthorized {
      headers[.wwwAuthenticate] =
        isForPeople ? "Basic realm=\"fsync\", charset=\"UTF-8\"" : "Bearer"
    }
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
  }
}
