import FsyncCore
import TestSupport
import Testing

@Suite struct EarlierContentTests {
  let objects = MemoryObjects()

  private func id(_ number: Int) -> ObjectID { Digest.object(.chunk, Array("\(number)".utf8)) }

  /// A file of numbered chunks; its list has as many levels as it needs.
  private func file(_ numbers: some Sequence<Int>) -> Entry {
    var list = ListBuilder()
    for number in numbers { list.append(id(number), length: 1000) }
    let root = list.finish()
    for node in list.finished { objects.put(.list, node.bytes) }
    let size = (try? objects.listNode(root).length) ?? 0
    return .file(root, size: size, mode: 0o644, mtime: .zero)
  }

  /// What each chunk of a new version is compared with; every chunk has 1,000 bytes.
  private func counterparts(
    _ old: some Sequence<Int>, _ new: some Sequence<Int>
  ) -> [[ObjectID]] {
    var earlier = EarlierContent(file(old), objects)
    return new.map { earlier.counterparts(of: id($0), length: 1000) }
  }

  private func next(_ earlier: inout EarlierContent, _ number: Int, _ length: Int) -> [ObjectID] {
    earlier.counterparts(of: id(number), length: length)
  }

  @Test func anEditedChunkResemblesTheOneInItsPlace() {
    let old = Array(0..<5000)
    var new = old
    new[0] = 9000
    new[2500] = 9001
    new[2501] = 9002
    new[4999] = 9003
    for (place, found) in counterparts(old, new).enumerated() {
      #expect(found == (old[place] == new[place] ? [] : [id(old[place])]), "\(place)")
    }
  }

  @Test func stepIsKeptThroughInsertionsAndDeletions() {
    let old = Array(0..<1000)
    // Forty new ones, then as before but for one; thirty less, then as before but for one.
    let new =
      Array(0..<100) + (9000..<9040) + (100..<200) + [9100] + (201..<300) + (330..<400) + [9200]
      + (401..<1000)
    let found = counterparts(old, new)
    #expect(found[240] == [id(200)])
    #expect(found[240 + 100 + 70] == [id(400)])
    #expect(found[..<100].allSatisfy { $0.isEmpty })
  }

  @Test func aChunkThatWasCutAnewResemblesAllThatWasInItsPlace() {
    var earlier = EarlierContent(file(0..<200), objects)
    #expect(next(&earlier, 0, 1000) == [])
    #expect(next(&earlier, 9000, 1500) == [id(1), id(2)])
    #expect(next(&earlier, 9001, 700) == [id(2)])
    #expect(next(&earlier, 3, 1000) == [])
    #expect(next(&earlier, 9002, 2000) == [id(4), id(5)])
  }

  @Test func whatIsFarAwayIsNotFollowedAndDoesNoHarm() {
    let found = counterparts(0..<1000, 5000..<9000)
    #expect(found.prefix(64) == (0..<64).map { [id($0)] }[...])
    #expect(found.dropFirst(64).allSatisfy { $0.isEmpty })
  }

  @Test func oneChunkIsTheWholeEarlierVersion() {
    let entry = Entry.file(id(1), size: 1000, mode: 0o644, mtime: .zero)
    var earlier = EarlierContent(entry, objects)
    #expect(next(&earlier, 2, 1200) == [id(1)])
    #expect(next(&earlier, 3, 1000) == [])
  }

  @Test func whatCannotBeReadHasNoCounterparts() {
    let entry = file(0..<5000)
    objects.hidden = [entry.content]
    var earlier = EarlierContent(entry, objects)
    #expect(next(&earlier, 9000, 1000) == [])
  }
}
