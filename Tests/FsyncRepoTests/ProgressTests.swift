import FsyncRepo
import Synchronization
import TestSupport
import Testing

@Suite struct ProgressTests {
  /// What was reported, in order.
  private final class Reports: Sendable {
    private let all = Mutex<[Progress.Step]>([])

    var progress: Progress { Progress { [self] step in all.withLock { $0.append(step) } } }

    func of(_ phase: Progress.Phase) -> [Progress.Step] {
      all.withLock { $0.filter { $0.phase == phase } }
    }
  }

  @Test func anExchangeTellsHowFarItIs() throws {
    let directory = try TemporaryDirectory()
    var random = SplitMix(seed: 5)
    let desk = try Repository.make("desk", in: directory)
    for number in 0..<60 { try desk.tree.write("f\(number)", random.bytes(50_000)) }
    try desk.commit("files")
    // A clone is told how much it is sent.
    let reports = Reports()
    let lap = try Repository.clone(
      from: desk.url, to: Array(directory.appending("lap").utf8), bare: false,
      name: Array("lap".utf8), progress: reports.progress, over: .local
    ).repository
    let received = reports.of(.receiving)
    #expect(received.count > 2)
    #expect(received.allSatisfy { $0.files?.total == 60 && $0.done <= $0.total ?? 0 })
    #expect(received.last?.files?.done ?? 0 > 20)
    #expect(zip(received, received.dropFirst()).allSatisfy { $0.bytes <= $1.bytes })
    #expect((received.last?.bytes ?? 0) > 1_000_000)
    #expect(reports.of(.sending).isEmpty)
    #expect(reports.of(.writing).last?.done == reports.of(.writing).last?.total)
    // Whoever sends knows how much it is; who chose of an offer knows how much comes.
    for number in 60..<160 { try lap.tree.write("f\(number)", random.bytes(50_000)) }
    let back = Reports()
    lap.progress = back.progress
    try lap.sync(desk.url)
    let sent = back.of(.sending)
    #expect(sent.count > 2 && sent.allSatisfy { $0.total == sent[0].total })
    #expect(sent.allSatisfy { $0.done <= $0.total ?? 0 } && sent[0].total ?? 0 > 100)
    #expect(sent.allSatisfy { $0.files?.total == 100 } && sent.last?.files?.done ?? 0 > 20)
    let there = Reports()
    desk.progress = there.progress
    for number in 0..<60 { try lap.tree.write("g\(number)", random.bytes(50_000)) }
    try desk.sync(lap.url)
    let chosen = there.of(.receiving)
    #expect(chosen.count > 2 && chosen.allSatisfy { $0.done <= $0.total ?? 0 })
    #expect(chosen.last?.files?.total == 60)
  }
}
