internal import FsyncCore
internal import FsyncRepo
internal import FsyncSystem
internal import TOMLKit

/// The grants of a hub as a TOML document, a table for each token.
///
/// ```toml
/// [3f9c2a1b]
/// created = 1764194400
/// hash = "64 hexadecimal digits"
/// label = "laptop"
/// read = ["*"]
/// write = ["photos"]
/// ```
enum TokenFile {
  /// The largest that is read, in bytes.
  static let largest = 4 << 20

  /// Encodes grants.
  static func encode(_ grants: [Grant]) -> [UInt8] {
    let document = TOMLTable()
    for grant in grants {
      let table = TOMLTable()
      table["label"] = grant.label
      table["created"] = Int(grant.created)
      table["hash"] = grant.hash.hex
      table["read"] = array(grant.read)
      table["write"] = array(grant.write)
      document[grant.id] = table
    }
    return Array("# Who may use this hub; fsync hub token writes it.\n\(document.convert())\n".utf8)
  }

  private static func array(_ scope: Grant.Scope) -> TOMLArray {
    let words =
      switch scope {
      case .all: ["*"]
      case .some(let names): names.sorted().map(\.text)
      }
    let values: [any TOMLValueConvertible] = words
    return TOMLArray(values)
  }

  /// Decodes grants; throws what is wrong, in words.
  static func decode(_ bytes: [UInt8]) throws(TokenFileError) -> [Grant] {
    guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
      throw TokenFileError("it is not text")
    }
    let document: TOMLTable
    do { document = try TOMLTable(string: text) } catch {
      throw TokenFileError("it is not a TOML document")
    }
    var grants: [Grant] = []
    for id in document.keys {
      guard let raw = [UInt8](hex: id), raw.count == 4, let table = document[id]?.table,
        let hash = table["hash"]?.string.flatMap({ [UInt8](hex: $0) }), hash.count == 32,
        let read = scope(table["read"]), let write = scope(table["write"])
      else { throw TokenFileError("the table \(id.debugDescription) is no token's") }
      grants.append(
        Grant(
          id: id, hash: hash, label: table["label"]?.string ?? "",
          created: Int64(table["created"]?.int ?? 0), read: read, write: write))
    }
    return grants.sorted { ($0.created, $0.id) < ($1.created, $1.id) }
  }

  private static func scope(_ value: (any TOMLValueConvertible)?) -> Grant.Scope? {
    guard let array = value?.array else { return nil }
    var names: Set<RepositoryName> = []
    for element in array {
      guard let text = element.string else { return nil }
      if text == "*" { return .all }
      guard let name = RepositoryName(text) else { return nil }
      names.insert(name)
    }
    return .some(names)
  }
}

/// What is wrong with a file of tokens, in words.
struct TokenFileError: Error {
  let text: String

  init(_ text: String) { self.text = text }
}
