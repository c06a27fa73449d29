import FsyncCore
import FsyncWords
import TestSupport
import Testing

@testable import FsyncTool

/// The parts that words of the command line and output go through.
@Suite struct OutputTests {
  @Test(arguments: UInt64(0)..<200) func wordsBecomeTextAndBytesAgain(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    // Mostly what is near the escapes, so that they are hit.
    let alphabet: [UInt8] = [0x41, 0x3d, 0x2d, 0x80, 0xbe, 0xbf, 0xc3, 0xe2, 0xf4, 0x8f, 0xff]
    let bytes = (0..<random.below(24)).map { _ in alphabet[random.below(alphabet.count)] }
    #expect(Words.bytes(Words.text(bytes)) == bytes)
    if let text = String(validating: bytes, as: UTF8.self), !text.contains("\u{10ffff}") {
      #expect(Words.text(Array("plain é \(text.count)".utf8)) == "plain é \(text.count)")
    }
  }

  @Test func noTwoWordsBecomeOneText() {
    let escaped = Words.text([0xff])
    #expect(escaped != Words.text(Array(escaped.utf8)))
    #expect(Words.bytes(Words.text(Array(escaped.utf8))) == Array(escaped.utf8))
  }

  @Test(arguments: [
    ("plain", "plain"), ("with space", "with space"), ("é", "é"), ("tab\t", "\"tab\\t\""),
    ("q\"", "\"q\\\"\""), ("back\\", "\"back\\\\\""), ("\u{9b}2J", "\"\\302\\2332J\""),
    ("\u{202e}gnp.exe", "\"\\342\\200\\256gnp.exe\""), ("", ""),
  ])
  func namesAreQuoted(name: String, expected: String) {
    #expect(NameText.quoted(Array(name.utf8)) == expected)
  }

  @Test func bytesThatAreNoTextAreQuoted() {
    #expect(NameText.quoted([0x61, 0xff, 0xc3]) == "\"a\\377\\303\"")
    #expect(NameText.visible(Array("a\n\tb\u{1b}[1m\r".utf8)) == "a\n\tb\\033[1m\\r")
    #expect(NameText.line(Array("a\nb".utf8)) == "a\\nb")
  }

  @Test(arguments: UInt64(0)..<200) func documentsAreReadBack(seed: UInt64) throws {
    var random = SplitMix(seed: seed)
    let (value, expected) = document(&random, depth: 3)
    var bytes: [UInt8] = []
    value.append(to: &bytes)
    #expect(try JSONValue(bytes) == expected)
    #expect(!bytes.contains(0x0a))
  }

  private func document(_ random: inout SplitMix, depth: Int) -> (JSON, JSONValue) {
    switch random.below(depth > 0 ? 6 : 4) {
    case 0: return (.null, .null)
    case 1: return (.boolean(true), .boolean(true))
    case 2:
      let number = random.below(1 << 20) - (1 << 19)
      return (.integer(number), .number(Double(number)))
    case 3:
      let scalars: [Character] = [
        "a", "\"", "\\", "\n", "\u{0}", "\u{1f}", "\u{7f}", "é", "😀", "/",
      ]
      let text = String((0..<random.below(12)).map { _ in scalars[random.below(scalars.count)] })
      return (.string(text), .string(text))
    case 4:
      let elements = (0..<random.below(4)).map { _ in document(&random, depth: depth - 1) }
      return (.array(elements.map(\.0)), .array(elements.map(\.1)))
    default:
      let fields = (0..<random.below(4)).map { ("k\($0)", document(&random, depth: depth - 1)) }
      return (
        .object(fields.map { JSON.Field($0.0, $0.1.0) }),
        .object(Dictionary(uniqueKeysWithValues: fields.map { ($0.0, $0.1.1) }))
      )
    }
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func base64IsThatOfTheStandard(text: String, expected: String) {
    #expect(Base64.text(Array(text.utf8)) == expected)
  }

  @Test(
    arguments: [
      (0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
      (UInt64.max, "16.0 EiB"),
    ] as [(UInt64, String)])
  func sizesAreRounded(size: UInt64, expected: String) {
    #expect(Figures.bytes(size) == expected)
  }

  @Test(
    arguments: [
      ("90", 90), ("90s", 90), ("10m", 600), ("2h", 7200), ("1d", 86_400), ("4w", 2_419_200),
      ("0", nil), ("-1", nil), ("m", nil), ("1y", nil), ("", nil), ("1.5h", nil),
      ("99999999999999999999", nil),
    ] as [(String, Double?)])
  func durationsAreRead(text: String, seconds: Double?) {
    #expect(FsyncTool.Duration(argument: text)?.seconds == seconds)
  }

  @Test func theWorstStatusTells() {
    let order: [FsyncWords.ExitStatus] = [
      .interrupted, .damaged, .busy, .failed, .brake, .partly, .conflicts, .done,
    ]
    for (index, first) in order.enumerated() {
      for second in order[index...] {
        #expect(first.joined(second) == first && second.joined(first) == first)
      }
    }
  }

  @Test func lanesPartAndJoin() throws {
    let ids = (0..<6).map { Digest.object(.chunk, [UInt8($0)]) }
    var lanes = GraphLanes()
    var drawing: [String] = []
    // Two heads on two commits that have one root; a third head on both heads' parents' root.
    for (id, parents) in [
      (0, [2, 3]), (1, [3]), (2, [4]), (3, [4]), (5, [4]), (4, []),
    ] {
      drawing += lanes.rows(of: ids[id], parents: parents.map { ids[$0] }).lines
    }
    #expect(
      drawing == ["*", "|\\", "| | *", "* | |", "| |/", "| *", "| | *", "|/_/", "*"])
  }
}
