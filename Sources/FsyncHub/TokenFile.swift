internal import FsyncCore

/// The grants of a hub as text, a line for each token.
///
/// The id, the hash, the time in seconds since 1970, what may be read, what may be pushed to, and
/// the label, which goes to the end of the line:
///
/// ```
/// 3f9c2a1b 64-hexadecimal-digits 1764194400 read=* write=notes,photos Ada's laptop
/// ```
enum TokenFile {
  /// The largest that is read, in bytes.
  static let largest = 4 << 20

  private static let head = "# Who may use this hub; fsync hub token writes it.\n"

  /// Encodes grants.
  static func encode(_ grants: [Grant]) -> [UInt8] {
    let lines = grants.map { grant in
      "\(grant.id) \(grant.hash.hex) \(grant.created) read=\(text(grant.read)) "
        + "write=\(text(grant.write)) \(grant.label)\n"
    }
    return Array((head + lines.joined()).utf8)
  }

  private static func text(_ scope: Grant.Scope) -> String {
    switch scope {
    case .all: "*"
    case .some(let names): names.sorted().map(\.text).joined(separator: ",")
    }
  }

  /// Decodes grants; throws what is wrong, in words.
  static func decode(_ bytes: [UInt8]) throws(TokenFileError) -> [Grant] {
    var grants: [Grant] = []
    let lines = bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty && line.first != 0x23 {
      guard let text = String(validating: line, as: UTF8.self), let grant = grant(text) else {
        throw TokenFileError("line \(index + 1) is no token's")
      }
      grants.append(grant)
    }
    return grants
  }

  private static func grant(_ line: String) -> Grant? {
    let words = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: false)
    guard words.count == 6, let id = [UInt8](hex: String(words[0])), id.count == 4,
      let hash = [UInt8](hex: String(words[1])), hash.count == 32,
      let created = Int64(words[2]), let read = scope(words[3], "read="),
      let write = scope(words[4], "write="), Grant.isLabel(words[5])
    else { return nil }
    return Grant(
      id: id.hex, hash: hash, label: String(words[5]), created: created, read: read, write: write)
  }

  private static func scope(_ word: Substring, _ title: String) -> Grant.Scope? {
    guard word.hasPrefix(title) else { return nil }
    let list = word.dropFirst(title.count)
    if list == "*" { return .all }
    let names = list.split(separator: ",").map { RepositoryName($0) }
    guard names.allSatisfy({ $0 != nil }) else { return nil }
    return .some(Set(names.compactMap(\.self)))
  }
}

/// What is wrong with a file of tokens, in words.
struct TokenFileError: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
