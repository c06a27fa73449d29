import FsyncNet
import FsyncSystem

/// What is asked for on the command line and in the environment.
struct Invocation: Sendable {
  /// The repository.
  let place: HTTPPlace
  /// Seconds that connecting may take.
  let timeout: Int64
  /// What is shown to the hub; nil for nothing.
  let token: String?

  init(_ arguments: [[UInt8]]) async throws(Trouble) {
    var words = arguments.map { String(decoding: $0, as: UTF8.self) }[...]
    var seconds: Int64 = 60
    if words.first == "--timeout" {
      guard let number = words.dropFirst().first.flatMap({ Int64($0) }), (1...86_400) ~= number
      else { throw Trouble("--timeout needs a number of seconds") }
      seconds = number
      words = words.dropFirst(2)
    }
    guard words.count == 1, let text = words.first,
      case .http(let place) = try? RemoteURL(text, relativeTo: [0x2f])
    else { throw Trouble("usage: fsync-http [--timeout SECONDS] URL") }
    self.place = place
    timeout = seconds
    token = try await Self.token(for: place)
    if token != nil, !place.isSecure, !place.isLoopback,
      Host.environment("FSYNC_PLAIN_HTTP") != Array("1".utf8)
    {
      throw Trouble(
        "\(place.origin) is not encrypted: whoever listens would learn the token; "
          + "use https, or set FSYNC_PLAIN_HTTP=1 where the network is to be trusted")
    }
  }

  /// The token: from the environment, from a command, or from the file of tokens.
  private static func token(for place: HTTPPlace) async throws(Trouble) -> String? {
    if let token = Host.environment("FSYNC_TOKEN") { return try checked(token) }
    if let command = Host.environment("FSYNC_TOKEN_COMMAND"), !command.isEmpty {
      return try checked(try await TokenCommand.run(command, for: place))
    }
    guard let path = tokenPath else { return nil }
    let name = String(decoding: path, as: UTF8.self)
    let bytes: [UInt8]
    let mode: UInt16
    do throws(SystemError) {
      let file = try File(path, .read)
      mode = try file.stat().mode
      bytes = try file.readAll(atMost: 1 << 20)
    } catch {
      if error.isAbsent { return nil }
      throw Trouble("\(name): \(error.message)")
    }
    guard mode & 0o077 == 0 else {
      throw Trouble("\(name) can be read by others; run chmod 600 on it")
    }
    return TokenList.token(for: place, in: bytes)
  }

  /// `tokens` beside the user's configuration; nil where there is no home.
  private static var tokenPath: [UInt8]? {
    if let folder = Host.environment("XDG_CONFIG_HOME"), folder.first == 0x2f {
      return folder + Array("/fsync/tokens".utf8)
    }
    return Host.environment("HOME").map { $0 + Array("/.config/fsync/tokens".utf8) }
  }

  /// A token as it may stand in a header: nothing but printable ASCII.
  private static func checked(_ bytes: [UInt8]) throws(Trouble) -> String {
    var text = bytes[...]
    while let last = text.last, last == 0x0a || last == 0x0d || last == 0x20 { text.removeLast() }
    guard !text.isEmpty, text.count <= 4096, text.allSatisfy({ (0x21...0x7e) ~= $0 }) else {
      throw Trouble("the token is empty, or has characters that none has")
    }
    return String(decoding: text, as: UTF8.self)
  }
}
