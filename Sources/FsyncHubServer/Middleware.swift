import HTTPTypes
import Hummingbird
import Logging

/// Makes an answer of whatever comes of a request, counts it, and writes a line about it to the
/// log.
struct RequestLog: RouterMiddleware {
  private let requests: Requests
  private let metrics: Metrics

  init(_ requests: Requests, _ metrics: Metrics) {
    self.requests = requests
    self.metrics = metrics
  }

  func handle(
    _ request: Request, context: HubContext,
    next: (Request, HubContext) async throws -> Response
  ) async throws -> Response {
    let response: Response
    do { response = try await next(request, context) } catch let error as any HTTPResponseError {
      response = try error.response(from: request, context: context)
    } catch {
      context.logger.error("a request failed", metadata: ["error": "\(LogText.words(error))"])
      response = try Refused(.internalServerError).response(from: request, context: context)
    }
    metrics.answered(response.status.code)
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(LogText.clean(request.uri.path))",
        "status": "\(response.status.code)", "from": "\(requests.address(of: request, context))",
      ])
    return response
  }
}

/// Adds headers to every answer: what a hub holds is for nobody to embed, to sniff, or to run.
///
/// A session is nothing that a browser would show; there they would be most of what a sync without
/// news costs. Outside of `RequestLog`, so that refusals have them too.
struct SafetyHeaders: RouterMiddleware {
  private static let fields: [(String, String)] = [
    ("X-Frame-Options", "DENY"), ("Referrer-Policy", "no-referrer"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
      "Content-Security-Policy",
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
        + "frame-ancestors 'none'"
    ),
  ]

  func handle(
    _ request: Request, context: HubContext,
    next: (Request, HubContext) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    if let field = HTTPField.Name("X-Content-Type-Options") { response.headers[field] = "nosniff" }
    guard response.headers[.contentType] != SyncRoute.mediaType else { return response }
    for (name, value) in Self.fields {
      if let field = HTTPField.Name(name), response.headers[field] == nil {
        response.headers[field] = value
      }
    }
    return response
  }
}
