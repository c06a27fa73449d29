import AsyncHTTPClient
import FsyncNet
import FsyncSystem

/// The proxy that the environment names, as curl reads it: `https_proxy`, `http_proxy`,
/// `all_proxy`, and `no_proxy` for hosts that are reached directly.
enum ProxySettings {
  /// The proxy for a place; nil for none.
  static func proxy(for place: HTTPPlace) throws(Trouble) -> HTTPClient.Configuration.Proxy? {
    // Nobody else shall see what goes to this machine, and another could not reach it anyway.
    if place.isLoopback { return nil }
    // `HTTP_PROXY` in capitals could come from a request's header where a web server runs us.
    let names =
      place.isSecure ? ["https_proxy", "HTTPS_PROXY", "all_proxy"] : ["http_proxy", "all_proxy"]
    guard let text = names.lazy.compactMap(value).first, !isExempt(place.host) else { return nil }
    var rest = text[...]
    if let scheme = rest.firstRange(of: "://") {
      guard rest[..<scheme.lowerBound] == "http" else {
        throw Trouble("the proxy \(text) is not of a kind that is known; use http://")
      }
      rest = rest[scheme.upperBound...]
    }
    var authorization: HTTPClient.Authorization?
    if let at = rest.lastIndex(of: "@") {
      let words = rest[..<at].split(separator: ":", maxSplits: 1).map(String.init)
      authorization = .basic(username: words.first ?? "", password: words.dropFirst().first ?? "")
      rest = rest[rest.index(after: at)...]
    }
    rest = rest.prefix { $0 != "/" }
    let parts = rest.split(separator: ":")
    guard let host = parts.first, parts.count <= 2, let port = parts.count == 2 ? Int(parts[1]) : 80
    else { throw Trouble("the proxy \(text) has no host, or no port that is a number") }
    return .server(host: String(host), port: port, authorization: authorization)
  }

  private static func value(_ name: String) -> String? {
    Host.environment(name).flatMap { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
  }

  private static func isExempt(_ host: String) -> Bool {
    guard let list = value("no_proxy") ?? value("NO_PROXY") else { return false }
    return list.split(whereSeparator: { ", ".contains($0) }).contains { entry in
      let name = entry.drop { $0 == "." }.lowercased()
      return name == "*" || host == name || host.hasSuffix("." + name)
    }
  }
}
