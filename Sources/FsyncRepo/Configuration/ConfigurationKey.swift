package import FsyncCore

/// A setting that fsync knows: its dotted name, its type and its bounds.
package enum ConfigurationKey: Hashable, Sendable {
  /// Who is named as the author of commits.
  case userName
  /// What this replica is called in commits and in the names of conflict copies.
  case replicaName
  /// How new data is compressed.
  case compression
  /// Whether a scan goes into other file systems that are mounted inside the working tree.
  case crossFileSystems
  /// How many threads a command may use.
  case threads
  /// Whether a commit puts the store in order where that has become worth it.
  case collectsByItself
  /// The command that is run to reach another machine.
  case sshCommand
  /// After how many seconds without any message a remote counts as gone.
  case timeout
  /// How long a remote may be at work without a result, in seconds.
  case patience
  /// How many bytes a second may move in each direction of a sync.
  case rateLimit
  /// Whether output is coloured.
  case color
  /// How many bytes the store may have, where it grows by what others send.
  case quota
  /// What `prune` keeps where no option says so.
  case keep(Keep)
  /// Where a remote is.
  case remoteURL(String)
  /// What fsync is called on a remote's machine.
  case remoteCommand(String)

  /// A rule of what `prune` keeps, in the order of the manual.
  package enum Keep: String, Hashable, Sendable, CaseIterable {
    case within, last, hourly, daily, weekly, monthly, yearly
  }

  /// The keys that do not depend on a remote, in the order of the manual.
  package static let all: [ConfigurationKey] =
    [
      .userName, .replicaName, .compression, .crossFileSystems, .threads, .collectsByItself,
      .sshCommand, .timeout, .patience, .rateLimit, .quota, .color,
    ] + Keep.allCases.map { .keep($0) }

  /// Understands a dotted name; nil for one that fsync does not know.
  package init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    self.init(path: parts)
  }

  init?(path: [String]) {
    if path.count == 3, path[0] == "remote", Remote.isValidName(path[1]) {
      switch path[2] {
      case "url": self = .remoteURL(path[1])
      case "command": self = .remoteCommand(path[1])
      default: return nil
      }
      return
    }
    guard let key = ConfigurationKey.all.first(where: { $0.path == path }) else { return nil }
    self = key
  }

  /// The components of the dotted name: tables, then the key in the last one.
  var path: [String] {
    switch self {
    case .userName: ["user", "name"]
    case .replicaName: ["replica", "name"]
    case .compression: ["store", "compression"]
    case .crossFileSystems: ["scan", "cross-file-systems"]
    case .threads: ["work", "threads"]
    case .collectsByItself: ["gc", "auto"]
    case .sshCommand: ["ssh", "command"]
    case .timeout: ["sync", "timeout"]
    case .patience: ["sync", "patience"]
    case .rateLimit: ["sync", "limit-rate"]
    case .color: ["output", "color"]
    case .quota: ["serve", "quota"]
    case .keep(let rule): ["prune", "keep-\(rule.rawValue)"]
    case .remoteURL(let name): ["remote", name, "url"]
    case .remoteCommand(let name): ["remote", name, "command"]
    }
  }

  /// The dotted name.
  package var text: String { path.joined(separator: ".") }

  /// The environment variable that overrides the files; nil for what concerns one remote, and
  /// for what is kept: content is not lost by a variable that somebody forgot.
  package var environment: String? {
    switch self {
    case .userName: "FSYNC_USER_NAME"
    case .replicaName: "FSYNC_REPLICA_NAME"
    case .compression: "FSYNC_COMPRESSION"
    case .crossFileSystems: "FSYNC_CROSS_FILE_SYSTEMS"
    case .threads: "FSYNC_THREADS"
    case .collectsByItself: "FSYNC_GC_AUTO"
    case .sshCommand: "FSYNC_SSH_COMMAND"
    case .timeout: "FSYNC_TIMEOUT"
    case .patience: "FSYNC_PATIENCE"
    case .rateLimit: "FSYNC_LIMIT_RATE"
    case .color: "FSYNC_COLOR"
    case .quota, .keep, .remoteURL, .remoteCommand: nil
    }
  }

  /// Reads text, as it comes from a command line or the environment, as this key's type.
  /// - Returns: the value; nil where the text is not one.
  package func value(of text: String) -> ConfigurationValue? {
    let value: ConfigurationValue
    switch self {
    case .crossFileSystems, .collectsByItself:
      switch text {
      case "true", "1", "yes": value = .boolean(true)
      case "false", "0", "no": value = .boolean(false)
      default: return nil
      }
    case .keep(.within): value = .string(text)
    case .threads, .timeout, .patience, .quota, .keep:
      guard let number = Int(text) else { return nil }
      value = .integer(number)
    default: value = .string(text)
    }
    return problem(with: value) == nil ? value : nil
  }

  /// Says what is wrong with a value; nil where it is right.
  package func problem(with value: ConfigurationValue) -> String? {
    switch (self, value) {
    case (.crossFileSystems, .boolean), (.collectsByItself, .boolean): nil
    case (.crossFileSystems, _), (.collectsByItself, _): "must be true or false"
    case (.threads, .integer(1...64)): nil
    case (.threads, _): "must be a number from 1 to 64"
    case (.timeout, .integer(1...86400)): nil
    case (.timeout, _): "must be a number of seconds from 1 to 86400"
    case (.patience, .integer(1...2_592_000)): nil
    case (.patience, _): "must be a number of seconds from 1 to 2592000"
    case (.rateLimit, .string(let text)) where ByteCount.bytes(of: text) != nil: nil
    case (.rateLimit, _):
      "must be a number of bytes a second such as \"500K\" or \"2M\", or \"0\" for no limit"
    case (.quota, .integer(1...)): nil
    case (.quota, _): "must be a number of bytes"
    case (.color, .string("auto")), (.color, .string("always")), (.color, .string("never")): nil
    case (.color, _): "must be \"auto\", \"always\" or \"never\""
    case (.compression, .string(let text)) where Compression(text) != nil: nil
    case (.compression, _):
      "must be \"zstd\", \"zlib\" or \"none\", with a level such as \"zstd:3\" if wanted"
    case (.keep(.within), .string(let text)) where TimeSpan.seconds(of: text) != nil: nil
    case (.keep(.within), _): "must be a time span such as \"30d\", \"12h\" or \"4w\""
    case (.keep, .integer(1...1_000_000)): nil
    case (.keep, _): "must be a number from 1 to 1000000"
    case (.userName, .string(let text)): ConfigurationKey.problem(with: text, atMost: 1024)
    case (.replicaName, .string(let text)): ConfigurationKey.problem(with: text, atMost: 255)
    case (_, .string(let text)): ConfigurationKey.problem(with: text, atMost: 1 << 16)
    default: "must be a string"
    }
  }

  private static func problem(with text: String, atMost bound: Int) -> String? {
    if text.isEmpty { return "must not be empty" }
    if text.utf8.count > bound { return "must have at most \(bound) bytes" }
    // A line feed in an author or a url would forge lines wherever it is printed.
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) {
      return "must not contain control characters"
    }
    return nil
  }
}

/// The value of a setting.
package enum ConfigurationValue: Hashable, Sendable, CustomStringConvertible {
  /// Text.
  case string(String)
  /// A whole number.
  case integer(Int)
  /// True or false.
  case boolean(Bool)

  /// The value as people type it.
  package var description: String {
    switch self {
    case .string(let text): text
    case .integer(let number): "\(number)"
    case .boolean(let flag): flag ? "true" : "false"
    }
  }

  /// The value as TOML writes it.
  var toml: String {
    guard case .string(let text) = self else { return description }
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension Compression {
  /// Parses `zstd`, `zlib` or `none`, with `:LEVEL` where the codec has one; nil for else.
  package init?(_ text: String) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard let name = parts.first, parts.count <= 2 else { return nil }
    var level: Int32?
    if parts.count == 2 {
      guard let number = Int32(parts[1]) else { return nil }
      level = number
    }
    switch (name, level) {
    case ("zstd", nil): self = .standard
    case ("zstd", .some(let level)) where (1...19).contains(level):
      self.init(codec: .zstd, level: level)
    case ("zlib", nil): self.init(codec: .zlib, level: 6)
    case ("zlib", .some(let level)) where (1...9).contains(level):
      self.init(codec: .zlib, level: level)
    case ("none", nil): self.init(codec: .stored, level: 0)
    default: return nil
    }
  }
}

/// Another repository that this one syncs with.
package struct Remote: Hashable, Sendable {
  /// What it is called here.
  package var name: String
  /// Where it is: a path, `ssh://user@host:port/path` or `host:path`.
  package var url: String
  /// What fsync is called there; nil for `fsync`.
  package var command: String?

  /// Makes a remote.
  package init(name: String, url: String, command: String? = nil) {
    self.name = name
    self.url = url
    self.command = command
  }

  /// Says whether text may name a remote: 1 to 64 letters, digits, `-` and `_`, of which the
  /// first is not `-`.
  package static func isValidName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard (1...64).contains(bytes.count), bytes.first != 0x2d else { return false }
    return bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x5f: true
      default: false
      }
    }
  }
}
