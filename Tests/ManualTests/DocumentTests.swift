import FoundationEssentials
import TestSupport
import Testing

/// What commands print with `--json` has the fields that their pages name, and no others.
@Suite struct DocumentTests {
  /// The names of all fields in a JSON document, at any depth.
  private struct Fields: Decodable {
    let names: Set<String>

    init(from decoder: any Decoder) throws {
      let value = try decoder.singleValueContainer()
      if let object = try? value.decode([String: Fields].self) {
        names = object.values.reduce(into: Set(object.keys)) { $0.formUnion($1.names) }
      } else if let array = try? value.decode([Fields].self) {
        names = array.reduce(into: []) { $0.formUnion($1.names) }
      } else {
        names = []
      }
    }
  }

  /// Commands that report, in an order in which one finds what another has left.
  private static let calls: [[String]] = [
    ["init", "desk"], ["commit", "-C", "desk"], ["clone", "desk", "laptop"],
    ["status", "-C", "laptop"], ["remote", "-C", "laptop"], ["sync", "-C", "laptop"],
    ["conflicts", "-C", "laptop"], ["diff", "-C", "laptop", "--", "new"], ["show", "-C", "laptop"],
    ["log", "-C", "laptop", "-v"], ["ls", "-C", "laptop"],
    ["resolve", "-C", "laptop", "--plain", "both"], ["mv", "-C", "laptop", "both", "one"],
    ["rm", "-C", "laptop", "one"], ["restore", "-C", "laptop", "--at", "now", "."],
    ["config", "get", "-C", "laptop", "remote.origin.url"], ["config", "-C", "laptop"],
    ["gc", "-C", "laptop"], ["prune", "-C", "laptop", "--keep-last", "1"],
    ["fsck", "-C", "laptop"], ["fsck", "-C", "laptop", "--repair", "origin"],
    ["doctor", "-C", "laptop"],
    ["doctor", "-C", "laptop", "--adopt"], ["bundle", "create", "-C", "laptop", "../b.fsb"],
    ["bundle", "verify", "-C", "desk", "../b.fsb"], ["bundle", "import", "-C", "desk", "../b.fsb"],
    ["version"],
  ]

  /// Fields that only documents of other states have.
  private static let conditional: Set<String> = ["from", "shared", "status", "message", "hint"]

  @Test func everyFieldIsDescribed() throws {
    let directory = try TemporaryDirectory()
    var printed: [String: Set<String>] = [:]
    for call in DocumentTests.calls {
      switch call[0] {
      case "commit": try directory.write("desk/both", [1])
      case "sync":
        try directory.write("desk/both", [0])
        try directory.write("laptop/both", [2])
      case "diff": try directory.write("laptop/new", [3])
      default: break
      }
      var words = call
      words.insert("--json", at: call.firstIndex(of: "-C") ?? call.count)
      let ran = try run(
        Checkout.tool, words, directory: directory.path,
        environment: ["HOME": directory.path])
      let document = String(decoding: ran.stdout, as: UTF8.self)
      let fields = try #require(
        try? JSONDecoder().decode(Fields.self, from: Data(ran.stdout)),
        "\(call): \(document) \(String(decoding: ran.stderr, as: UTF8.self))")
      printed[call[0], default: []].formUnion(fields.names)
      #expect(document.hasSuffix("}\n") && document.split(separator: "\n").count == 1)
    }
    for (command, fields) in printed {
      let page = try ManualPage("fsync-\(command).1")
      var described = page.fields.union(try ManualPage("fsync.1").fields)
      for other in page.references where other.hasPrefix("fsync-") {
        described.formUnion(try ManualPage("\(other).1").fields)
      }
      #expect(fields.subtracting(described) == [], "not in the page of \(command)")
      let absent = page.fields.subtracting(fields).subtracting(DocumentTests.conditional)
      #expect(absent == [], "in the page of \(command), not in the program")
    }
  }
}

extension ManualPage {
  /// The names of fields that the page explains: heads of lists of output, and what stands in
  /// quotes in a literal object.
  fileprivate var fields: Set<String> {
    let heads = self.heads("Cm", in: "OUTPUT").flatMap { $0.split(separator: " ") }
    let literals = lines.filter { $0.hasPrefix(".Li ") }
    let quoted = literals.flatMap { line in line.matches(of: /"(\w+)"/).map { String($0.1) } }
    return Set(heads.filter { $0 != "," }.map(String.init) + quoted)
  }

  /// The pages of section 1 that the description names.
  fileprivate var references: [String] {
    section("DESCRIPTION").compactMap { line in
      line.hasPrefix(".Xr ") && line.contains(" 1")
        ? String(line.dropFirst(4).prefix { $0 != " " }) : nil
    }
  }
}
