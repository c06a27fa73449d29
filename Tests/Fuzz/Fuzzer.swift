import FsyncSystem
import TestSupport

/// Tries changed inputs on one decoder, and goes on from those that led to something new.
struct Fuzzer {
  let target: Target
  private let watch: Watch
  private var mutator: Mutator
  private var pool: [[UInt8]]
  private(set) var outcomes: [Outcome: [UInt8]] = [:]
  /// How many inputs have been tried.
  private(set) var count = 0

  /// The most inputs that are gone on from.
  private static let poolBound = 4096

  /// Makes the fuzzer of a target.
  /// - Parameter corpus: more inputs to begin with.
  init(_ target: Target, corpus: [[UInt8]], seed: UInt64, watch: Watch) throws {
    self.target = target
    self.watch = watch
    // Each target has a sequence of its own, whatever others are tried beside it.
    let salt = target.name.utf8.reduce(seed) { ($0 &* 31) ^ UInt64($1) }
    mutator = Mutator(random: SplitMix(seed: salt))
    pool = target.seeds + corpus
    guard !pool.isEmpty else { throw Violation("\(target.name) has nothing to begin with") }
    for input in pool { try attempt(input) }
  }

  /// Tries inputs for a time.
  mutating func run(seconds: Double) throws {
    let end = Clock.monotonic() + seconds
    repeat { try attempt(next()) } while Clock.monotonic() < end
  }

  private mutating func next() -> [UInt8] {
    var input = mutator.change(mutator.random.pick(pool), or: pool)
    if let repair = target.repair, !mutator.random.once(in: 8) { repair(&input, &mutator.random) }
    return input
  }

  private mutating func attempt(_ input: [UInt8]) throws {
    count += 1
    watch.note(target.name, input)
    let outcome = try target.run(input)
    watch.done()
    if let known = outcomes[outcome] {
      if input.count < known.count { outcomes[outcome] = input }
      return
    }
    outcomes[outcome] = input
    if pool.count < Fuzzer.poolBound { pool.append(input) }
  }
}
