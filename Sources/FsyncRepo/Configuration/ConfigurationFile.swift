internal import FsyncSystem
internal import TOMLKit

/// One configuration file as it was read: its settings, and where each stands.
package struct ConfigurationFile: Sendable {
  /// A setting of a file.
  package struct Setting: Hashable, Sendable {
    /// The key.
    package var key: ConfigurationKey
    /// Its value, which is within its bounds.
    package var value: ConfigurationValue
    /// The line on which it stands, where that is known.
    package var line: Int?
  }

  /// A key that this version does not know.
  package struct Unknown: Hashable, Sendable {
    /// The file.
    package var file: [UInt8]
    /// The line on which it stands, where that is known.
    package var line: Int?
    /// The dotted name.
    package var key: String
  }

  /// The file's path, which may not exist.
  package let path: [UInt8]
  /// The file's bytes; empty where it does not exist.
  package let bytes: [UInt8]
  /// The settings in the order in which they stand.
  package private(set) var settings: [Setting] = []
  /// The keys that are not known.
  package private(set) var unknown: [Unknown] = []

  /// The largest file that is read.
  static let largest = 1 << 20

  /// Reads a file; one that is absent is empty.
  package init(reading path: [UInt8]) throws(RepositoryError) {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try File(path, .read).readAll(atMost: ConfigurationFile.largest)
    } catch {
      guard error.isAbsent else { throw .system(error, path: path) }
      bytes = []
    }
    try self.init(path: path, bytes: bytes)
  }

  /// Understands a file's bytes; throws `.configuration` where they are not TOML or a value is
  /// out of its bounds.
  package init(path: [UInt8], bytes: [UInt8]) throws(RepositoryError) {
    self.path = path
    self.bytes = bytes
    if let line = ConfigurationFile.lineOfBadByte(bytes) {
      throw .configuration(file: path, line: line, reason: "not UTF-8 text, or a control character")
    }
    let outline = TOMLOutline(bytes)
    if let line = outline.lineOfTrouble {
      throw .configuration(
        file: path, line: line,
        reason: "a name, a bracket, a date or a character that is out of place")
    }
    let table: TOMLTable
    do { table = try TOMLTable(string: String(decoding: bytes, as: UTF8.self)) } catch {
      let parse = error as? TOMLParseError
      throw .configuration(
        file: path, line: parse?.source.begin.line,
        reason: parse?.description ?? "not a TOML document")
    }
    try collect(table, [], outline)
    settings.sort { ($0.line ?? .max, $0.key.text) < ($1.line ?? .max, $1.key.text) }
    unknown.sort { ($0.line ?? .max, $0.key) < ($1.line ?? .max, $1.key) }
  }

  private mutating func collect(
    _ table: TOMLTable, _ prefix: [String], _ outline: TOMLOutline
  ) throws(RepositoryError) {
    for name in table.keys {
      guard let node = table[name] else { continue }
      let path = prefix + [name]
      let line = outline.line(of: path)
      guard let key = ConfigurationKey(path: path) else {
        if let inner = node.table, path.count < 3 {
          try collect(inner, path, outline)
        } else {
          unknown.append(
            Unknown(file: self.path, line: line, key: path.joined(separator: ".")))
        }
        continue
      }
      let value: ConfigurationValue
      switch node.type {
      case .string: value = .string(node.string ?? "")
      case .int: value = .integer(node.int ?? 0)
      case .bool: value = .boolean(node.bool ?? false)
      default:
        throw .configuration(
          file: self.path, line: line, reason: "\(key.text) must be a string, number or boolean")
      }
      if let problem = key.problem(with: value) {
        throw .configuration(file: self.path, line: line, reason: "\(key.text) \(problem)")
      }
      settings.append(Setting(key: key, value: value, line: line))
    }
  }

  /// The line of the first byte that is no text; nil where all is UTF-8 without control bytes but
  /// those that tab, or end lines.
  private static func lineOfBadByte(_ bytes: [UInt8]) -> Int? {
    var line = 1
    for part in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      let text = part.last == 0x0d ? part.dropLast() : part
      if text.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) { return line }
      line += 1
    }
    if String(validating: bytes, as: UTF8.self) != nil { return nil }
    line = 1
    for part in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      if String(validating: part, as: UTF8.self) == nil { return line }
      line += 1
    }
    return line
  }
}

extension ConfigurationFile {
  /// The file with a key set; throws where its bytes cannot be edited in place.
  package func setting(
    _ key: ConfigurationKey, to value: ConfigurationValue
  ) throws(RepositoryError) -> ConfigurationFile {
    if let problem = key.problem(with: value) {
      throw .configuration(file: path, line: nil, reason: "\(key.text) \(problem)")
    }
    let outcome = { (file: ConfigurationFile) in file.value(of: key) == value }
    return try edited(TOMLOutline(bytes).setting(key.path, to: value.toml), [key], outcome)
  }

  /// The file without a key; the same file where it is not there.
  package func removing(_ key: ConfigurationKey) throws(RepositoryError) -> ConfigurationFile {
    try edited(TOMLOutline(bytes).removing(key.path), [key]) { $0.value(of: key) == nil }
  }

  /// The file without a remote and all that is set for it.
  package func removing(remote name: String) throws(RepositoryError) -> ConfigurationFile {
    let keys: [ConfigurationKey] = [.remoteURL(name), .remoteCommand(name)]
    return try edited(TOMLOutline(bytes).removing(["remote", name]), keys) { file in
      keys.allSatisfy { file.value(of: $0) == nil }
    }
  }

  /// The value of a key in this file; nil where it does not set it.
  package func value(of key: ConfigurationKey) -> ConfigurationValue? {
    settings.first { $0.key == key }?.value
  }

  /// Accepts edited bytes only if they parse, say what was asked, and leave all else as it was.
  private func edited(
    _ bytes: [UInt8], _ keys: [ConfigurationKey], _ isRight: (ConfigurationFile) -> Bool
  ) throws(RepositoryError) -> ConfigurationFile {
    func rest(_ file: ConfigurationFile) -> [ConfigurationKey: ConfigurationValue] {
      var values: [ConfigurationKey: ConfigurationValue] = [:]
      for setting in file.settings where !keys.contains(setting.key) {
        values[setting.key] = setting.value
      }
      return values
    }
    let line = keys.first.flatMap { TOMLOutline(self.bytes).line(of: $0.path) }
    let reason = "\(keys.first?.text ?? "") is written in a form that cannot be edited in place"
    let file: ConfigurationFile
    do { file = try ConfigurationFile(path: path, bytes: bytes) } catch {
      throw .configuration(file: path, line: line, reason: reason)
    }
    guard isRight(file), rest(file) == rest(self) else {
      throw .configuration(file: path, line: line, reason: reason)
    }
    return file
  }

  /// Writes the file so that a kill leaves the old one or the new one.
  package func write() throws(RepositoryError) {
    let slash = path.lastIndex(of: 0x2f)
    let folder = slash.map { $0 == 0 ? [0x2f] : Array(path[..<$0]) } ?? [0x2e]
    let name = Array(path[(slash.map { $0 + 1 } ?? 0)...])
    do throws(SystemError) {
      try ConfigurationFile.makeFolders(folder)
      try AtomicFile.write(bytes, to: name, in: Directory(folder))
    } catch { throw .system(error, path: path) }
  }

  /// Makes a folder and those above it where they are missing.
  private static func makeFolders(_ folder: [UInt8]) throws(SystemError) {
    do throws(SystemError) { _ = try Directory(folder) } catch {
      guard error.isAbsent, let slash = folder.lastIndex(of: 0x2f), slash > 0 else { throw error }
      let parent = Array(folder[..<slash])
      try makeFolders(parent)
      do throws(SystemError) {
        try Directory(parent).makeDirectory(Array(folder[(slash + 1)...]), mode: 0o755)
      } catch { if !error.isPresent { throw error } }
    }
  }
}
