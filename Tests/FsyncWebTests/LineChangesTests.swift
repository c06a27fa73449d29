import FsyncCore
import FsyncWeb
import TestSupport
import Testing

@Suite struct LineChangesTests {
  private func text(_ random: inout SplitMix, _ count: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<count { bytes += Array("line \(random.below(12))\n".utf8) }
    if random.once(in: 3), !bytes.isEmpty { bytes.removeLast() }
    return bytes
  }

  /// The lines are those of a unified diff, with their numbers.
  @Test(arguments: UInt64(0)..<100) func linesAreThoseOfTheDiff(seed: UInt64) {
    var random = SplitMix(seed: seed)
    let (old, new) = (
      Lines(text(&random, random.below(60))), Lines(text(&random, random.below(60)))
    )
    let changes = LineChanges(old, new, atMost: .max)
    var shown: [String] = []
    for line in changes.groups.joined() {
      let (mark, number, source) =
        switch line.fate {
        case .kept: (" ", line.new, new)
        case .added: ("+", line.new, new)
        case .removed: ("-", line.old, old)
        }
      let whole = line.bytes + (line.isOpen ? [] : [0x0a])
      #expect(number.map { Array(source.line($0 - 1)) } == whole, "seed \(seed)")
      if let before = line.old { #expect(Array(old.line(before - 1)) == whole, "seed \(seed)") }
      shown.append(mark + String(decoding: line.bytes, as: UTF8.self))
    }
    let diff = String(decoding: LineDiff.unified(old, new), as: UTF8.self)
      .split(separator: "\n").filter { !$0.hasPrefix("@@") && !$0.hasPrefix("\\") }.map(String.init)
    #expect(shown == diff, "seed \(seed)")
    #expect(changes.added == diff.filter { $0.hasPrefix("+") }.count)
    #expect(changes.removed == diff.filter { $0.hasPrefix("-") }.count)
  }

  @Test func noMoreThanIsWanted() {
    let changes = LineChanges(Lines([]), Lines([UInt8](repeating: 0x0a, count: 50)), atMost: 7)
    #expect(changes.isCut && changes.groups.joined().count == 7 && changes.added == 50)
  }
}
