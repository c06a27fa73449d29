import FsyncWeb
import Testing

@Suite struct ConditionTests {
  @Test(
    arguments: [
      ("bytes=0-0", 0..<1), ("bytes=0-", 0..<100), ("bytes=5-9", 5..<10),
      ("bytes=90-500", 90..<100),
      ("bytes=-1", 99..<100), ("bytes=-500", 0..<100), ("bytes=99-", 99..<100),
      ("bytes=0-18446744073709551616", 0..<100),
    ] as [(String, Range<UInt64>)])
  func aPart(text: String, range: Range<UInt64>) throws {
    #expect(try Conditions(range: text).part(of: 100, tag: "\"t\"") == range)
  }

  @Test(arguments: [
    nil, "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1-2,5-6", "items=1-2", "bytes=9-5",
    "bytes= 1-2", "bytes=+1-2", "bytes=1-2-3",
  ])
  func noPart(text: String?) throws {
    #expect(try Conditions(range: text).part(of: 100, tag: "\"t\"") == nil)
  }

  @Test(arguments: ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=18446744073709551616-"])
  func aPartBehindTheEnd(text: String) {
    #expect(throws: WebError.self) { try Conditions(range: text).part(of: 100, tag: "\"t\"") }
  }

  @Test func aPartOfSomethingElseIsTheWhole() throws {
    var conditions = Conditions(range: "bytes=0-5", ifRange: "\"other\"")
    #expect(try conditions.part(of: 100, tag: "\"t\"") == nil)
    conditions.ifRange = "\"t\""
    #expect(try conditions.part(of: 100, tag: "\"t\"") == 0..<6)
  }

  @Test func knownTags() {
    for known in ["\"t\"", "W/\"t\"", "\"a\", \"t\"", "*", "\"a\",W/\"t\" "] {
      #expect(Conditions(known: known).knows("W/\"t\""), "\(known)")
    }
    for known in ["\"a\"", "t", "", "\"t"] {
      #expect(!Conditions(known: known).knows("\"t\""), "\(known)")
    }
    #expect(!Conditions(known: "*").knows(nil) && !Conditions().knows("\"t\""))
  }

  @Test func aTypeIsJudgedByContent() {
    func type(_ head: [UInt8]) -> String { MediaType(head).text }
    #expect(type(Array("<!DOCTYPE html><script>".utf8)) == "text/plain; charset=utf-8")
    #expect(type(Array("<svg xmlns='x' onload='x'>".utf8)) == "text/plain; charset=utf-8")
    #expect(type([]) == "text/plain; charset=utf-8")
    #expect(type([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) == "image/png")
    #expect(type([0xff, 0xd8, 0xff, 0xe0]) == "image/jpeg")
    #expect(type(Array("RIFFxxxxWEBPVP8 ".utf8)) == "image/webp")
    #expect(type(Array("RIFFxxxxWAVE".utf8)) == "text/plain; charset=utf-8")
    #expect(type([0xff, 0x41]) == "application/octet-stream")
    #expect(type([0x41, 0]) == "application/octet-stream")
    // A text whose beginning ends within a character.
    #expect(type([UInt8](repeating: 0x61, count: 8191) + [0xc3]) == "text/plain; charset=utf-8")
    #expect(type([0x61, 0xc3]) == "application/octet-stream")
  }

  @Test(arguments: Hostile.names) func aFileNameStaysInItsHeader(name: [UInt8]) throws {
    let value = Disposition.attachment(name)
    #expect(value.utf8.allSatisfy { (0x20...0x7e).contains($0) } && value.utf8.count < 2000)
    let parts = value.components(separatedBy: "; ")
    #expect(value.hasPrefix("attachment; filename=\"") && parts.count >= 3)
    #expect(value.filter { $0 == "\"" }.count == 2 && !value.contains("\\"))
  }
}

extension String {
  fileprivate func components(separatedBy separator: String) -> [Substring] {
    split(separator: separator, omittingEmptySubsequences: false)
  }
}
