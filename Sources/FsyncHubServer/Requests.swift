import FsyncHub
import FsyncNet
import HTTPTypes
import Hummingbird
import NIOCore

/// Who asks for what, and whether they may.
struct Requests: Sendable {
  let gate: Gate
  /// Whether a proxy says in `X-Forwarded-For` where a request comes from.
  let isBehindProxy: Bool

  /// Where a request comes from, for limits and logs.
  ///
  /// A proxy appends the address that it saw, so only the last one is worth anything.
  func address(of request: Request, _ context: HubContext) -> String {
    let forwarded = HTTPField.Name("X-Forwarded-For").flatMap { request.headers[values: $0].last }
    if isBehindProxy, let last = forwarded?.split(separator: ",").last {
      let text = last.drop { $0 == " " }
      if (try? SocketAddress(ipAddress: String(text), port: 0)) != nil { return String(text) }
    }
    return context.address?.ipAddress ?? "?"
  }

  /// The token that a request shows: as a bearer's, or as the password of a browser's dialogue.
  static func token(_ request: Request) -> String? {
    guard let words = request.headers[.authorization]?.split(separator: " ", maxSplits: 1),
      words.count == 2
    else { return nil }
    switch words[0].lowercased() {
    case "bearer": return String(words[1])
    case "basic":
      guard let bytes = Base64.decode(words[1].utf8) else { return nil }
      let text = String(decoding: bytes, as: UTF8.self)
      return text.firstIndex(of: ":").map { String(text[text.index(after: $0)...]) }
    default: return nil
    }
  }

  /// Says whether a request names this machine as its host.
  ///
  /// A page of the Web can have a browser send us requests, under a name of its own that it has
  /// made lead here. Where no token is asked for, that name gives it away.
  private static func isForThisMachine(_ request: Request) -> Bool {
    guard let host = request.head.authority,
      case .http(let place) = try? RemoteURL("http://\(host)/x", relativeTo: [0x2f])
    else { return false }
    return place.isLoopback
  }

  /// Finds the repository that a request is about, where it may do so much with it.
  /// - Returns: its name, and what may be done with it, which is no less than asked for.
  func repository(
    of request: Request, _ context: HubContext, for needed: Access
  ) throws -> (name: RepositoryName, access: Access) {
    let name = context.parameters.get("repository").flatMap { RepositoryName($0) }
    let verdict = try gate.verdict(
      on: name, token: Self.token(request), from: address(of: request, context))
    switch verdict {
    case .granted(let access, let token):
      guard let name, token != nil || Self.isForThisMachine(request) else {
        throw Refused(.notFound)
      }
      guard access >= needed else { throw Refused(.forbidden) }
      return (name, access)
    case .hidden, .unknown, .wait: throw Refused(verdict)
    }
  }

  /// The repositories that a request may read, in order.
  func repositories(of request: Request, from address: String) throws -> [RepositoryName] {
    switch try gate.visible(token: Self.token(request), from: address) {
    case .success(let visible):
      guard visible.token != nil || Self.isForThisMachine(request) else {
        throw Refused(.notFound)
      }
      return visible.names
    case .failure(let refusal): throw Refused(refusal.verdict)
    }
  }
}
