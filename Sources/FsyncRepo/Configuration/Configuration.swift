package import FsyncCore
package import FsyncSystem

/// What people configured: the user's file, the repository's over it, the environment over both.
///
/// Flags of a command go over all of them and are the command's business.
package struct Configuration: Sendable {
  /// Where a value comes from, in rising order of precedence.
  package enum Source: Hashable, Sendable {
    /// The user's own file.
    case user([UInt8])
    /// The repository's file.
    case repository([UInt8])
    /// A variable of the environment.
    case environment(String)
  }

  /// A value that holds.
  package struct Item: Hashable, Sendable {
    /// The key.
    package var key: ConfigurationKey
    /// Its value.
    package var value: ConfigurationValue
    /// Where it comes from.
    package var source: Source
  }

  /// Everything that is set, keys of the manual first, then remotes in their files' order.
  package private(set) var items: [Item] = []
  /// Keys in the files that this version does not know: to be reported, never an error.
  package private(set) var unknown: [ConfigurationFile.Unknown] = []

  /// Makes the configuration in which nothing is set.
  package init() {}

  /// Lays files and environment over each other.
  package init(
    user: ConfigurationFile?, repository: ConfigurationFile?,
    environment: (String) -> [UInt8]?
  ) throws(RepositoryError) {
    if let user { add(user, .user(user.path)) }
    if let repository { add(repository, .repository(repository.path)) }
    for key in ConfigurationKey.all {
      guard let name = key.environment, let bytes = environment(name), !bytes.isEmpty else {
        continue
      }
      guard let text = String(validating: bytes, as: UTF8.self), let value = key.value(of: text)
      else {
        throw .configuration(
          file: [], line: nil, reason: "the environment variable \(name) has no valid value")
      }
      put(Item(key: key, value: value, source: .environment(name)))
    }
    let order = Dictionary(
      uniqueKeysWithValues: ConfigurationKey.all.enumerated().map { ($1, $0) })
    let ranked = items.enumerated().sorted {
      (order[$0.element.key] ?? .max, $0.offset) < (order[$1.element.key] ?? .max, $1.offset)
    }
    items = ranked.map(\.element)
  }

  private mutating func add(_ file: ConfigurationFile, _ source: Source) {
    for setting in file.settings {
      put(Item(key: setting.key, value: setting.value, source: source))
    }
    unknown += file.unknown
  }

  private mutating func put(_ item: Item) {
    if let index = items.firstIndex(where: { $0.key == item.key }) {
      items[index] = item
    } else {
      items.append(item)
    }
  }

  /// The value of a key; nil where nothing sets it.
  package func value(of key: ConfigurationKey) -> ConfigurationValue? {
    items.first { $0.key == key }?.value
  }

  private func text(_ key: ConfigurationKey) -> String? {
    guard case .string(let text) = value(of: key) else { return nil }
    return text
  }

  private func number(_ key: ConfigurationKey) -> Int? {
    guard case .integer(let number) = value(of: key) else { return nil }
    return number
  }

  /// The text that holds for this repository alone and not for all of a user.
  private func own(_ key: ConfigurationKey) -> String? {
    guard let item = items.first(where: { $0.key == key }), case .string(let text) = item.value
    else { return nil }
    if case .user = item.source { return nil }
    return text
  }

  /// The author of commits; nil where none is configured.
  package var userName: [UInt8]? { text(.userName).map { Array($0.utf8) } }
  /// The name of this replica; nil where none is configured.
  package var replicaName: [UInt8]? { text(.replicaName).map { Array($0.utf8) } }
  /// How new data is compressed; nil where the repository's own choice holds.
  package var compression: Compression? { text(.compression).flatMap { Compression($0) } }
  /// The name that the repository's file, or the environment, gives this replica, whatever it was
  /// made with.
  ///
  /// What the user's file says is for new ones: one user may have several, each with its own name.
  package var ownReplicaName: [UInt8]? { own(.replicaName).map { Array($0.utf8) } }
  /// How the repository's file, or the environment, wants new data compressed.
  package var ownCompression: Compression? { own(.compression).flatMap { Compression($0) } }
  /// Whether a scan goes into other file systems below the root.
  package var crossesFileSystems: Bool { value(of: .crossFileSystems) == .boolean(true) }
  /// How many threads a command may use; nil for one a processor.
  package var threads: Int? { number(.threads) }
  /// Whether a commit puts the store in order where that has become worth it.
  package var collectsByItself: Bool { value(of: .collectsByItself) != .boolean(false) }
  /// The command that reaches another machine, as words; `ssh` where none is configured.
  package var sshCommand: [String] {
    (text(.sshCommand) ?? "ssh").split(separator: " ").map(String.init)
  }
  /// After how many seconds without any message a remote counts as gone.
  package var timeout: Double { Double(number(.timeout) ?? 60) }
  /// How long a session waits for a remote.
  package var sessionLimits: SessionLimits {
    SessionLimits(timeout: timeout, patience: Double(number(.patience) ?? 21_600))
  }
  /// How many bytes a second may move in each direction of a sync; nil for no limit.
  package var rateLimit: UInt64? {
    text(.rateLimit).flatMap { ByteCount.bytes(of: $0) }.flatMap { $0 == 0 ? nil : $0 }
  }
  /// When output is coloured: `auto`, `always` or `never`; nil where nothing is configured.
  package var color: String? { text(.color) }

  /// How many bytes the store may have, where it grows by what others send; nil for any number.
  package var quota: UInt64? { number(.quota).map { UInt64($0) } }

  /// What `prune` keeps where no option says so; without a rule where nothing is configured.
  package var retention: RetentionPolicy {
    var policy = RetentionPolicy()
    policy.within = text(.keep(.within)).flatMap { TimeSpan.seconds(of: $0) }
    policy.last = number(.keep(.last))
    policy.periods[.hourly] = number(.keep(.hourly))
    policy.periods[.daily] = number(.keep(.daily))
    policy.periods[.weekly] = number(.keep(.weekly))
    policy.periods[.monthly] = number(.keep(.monthly))
    policy.periods[.yearly] = number(.keep(.yearly))
    return policy
  }

  /// The remotes that have a place, in their files' order.
  package var remotes: [Remote] {
    items.compactMap { item in
      guard case .remoteURL(let name) = item.key, case .string(let url) = item.value else {
        return nil
      }
      return Remote(name: name, url: url, command: text(.remoteCommand(name)))
    }
  }

  /// The remote of a name; nil where there is none.
  package func remote(named name: String) -> Remote? { remotes.first { $0.name == name } }
}

extension Configuration {
  /// The name of the file in a repository's folder.
  package static let fileName = Array("config".utf8)

  /// Reads what holds in a repository, or outside of any.
  /// - Parameter folder: the repository's own folder; nil for none.
  package static func load(repository folder: [UInt8]?) throws(RepositoryError) -> Configuration {
    let user: ConfigurationFile?
    if let path = userPath(Host.environment) {
      user = try ConfigurationFile(reading: path)
    } else {
      user = nil
    }
    let repository: ConfigurationFile?
    if let folder {
      repository = try ConfigurationFile(reading: repositoryPath(folder))
    } else {
      repository = nil
    }
    return try Configuration(
      user: user, repository: repository, environment: Host.environment)
  }

  /// The path of a repository's file.
  package static func repositoryPath(_ folder: [UInt8]) -> [UInt8] {
    folder + [0x2f] + fileName
  }

  /// The path of the user's file: below `XDG_CONFIG_HOME`, else below `.config` at home; nil
  /// where the environment knows neither.
  package static func userPath(_ environment: (String) -> [UInt8]?) -> [UInt8]? {
    if let folder = environment("XDG_CONFIG_HOME"), folder.first == 0x2f {
      return folder + Array("/fsync/config".utf8)
    }
    if let home = environment("HOME"), home.first == 0x2f {
      return home + Array("/.config/fsync/config".utf8)
    }
    return nil
  }

  /// Changes a file under a lock, so that two changes at once both happen.
  /// - Parameters:
  ///   - path: the file.
  ///   - dryRun: check that the change is possible, and do not make it.
  ///   - change: returns the file as it is to be.
  package static func edit(
    _ path: [UInt8], dryRun: Bool = false,
    _ change: (ConfigurationFile) throws(RepositoryError) -> ConfigurationFile
  ) throws(RepositoryError) {
    if dryRun {
      _ = try change(try ConfigurationFile(reading: path))
      return
    }
    // A first write makes the folder in which the lock lies.
    let file = try ConfigurationFile(reading: path)
    if file.bytes.isEmpty { try file.write() }
    let lock = try lock(for: path)
    try change(try ConfigurationFile(reading: path)).write()
    _ = consume lock
  }

  /// Locks a file for a change: among the repository's locks, or beside the user's file.
  private static func lock(for path: [UInt8]) throws(RepositoryError) -> LockFile {
    let folder = path.lastIndex(of: 0x2f).map { path[..<$0] } ?? [0x2e]
    let locks = folder + Array("/locks".utf8)
    let hasLocks = (try? Stat(following: Array(locks)))?.kind == .directory
    let lockPath = hasLocks ? locks + Array("/config".utf8) : path[...] + Array(".lock".utf8)
    let lock: LockFile?
    do { lock = try LockFile.acquire(Array(lockPath), waiting: 10) } catch {
      throw .system(error, path: Array(lockPath))
    }
    guard let lock else { throw .busy(lock: "config") }
    return lock
  }

  /// The line with which the file of every new repository begins.
  static let firstLine = Array(
    "# Settings of this repository; fsync-config(5) explains them all.\n".utf8)

  /// Writes the file of a new repository: comments that say what can be set.
  package static func writeTemplate(in folder: borrowing Directory) throws(SystemError) {
    let text = """
      # They go over those in ~/.config/fsync/config.

      #[user]
      #name = "Ada Lovelace <ada@example.org>"

      #[remote.usb]
      #url = "/media/usb/photos"

      #[remote.server]
      #url = "ssh://ada@server.example.org/srv/photos"

      """
    try AtomicFile.write(firstLine + Array(text.utf8), to: fileName, in: folder)
  }
}
