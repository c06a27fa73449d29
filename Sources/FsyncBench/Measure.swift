import FsyncSystem

/// What one benchmark does: work that is repeated, and how much of it there is.
struct Benchmark {
  /// Its name, as a filter matches it.
  let name: String
  /// What one run works on, in `unit`s.
  let amount: Double
  /// "B" for bytes, else a word with a space before it.
  let unit: String
  /// One run; the result is kept from being optimised away.
  let run: () throws -> Int

  init(_ name: String, _ amount: Int, _ unit: String, _ run: @escaping () throws -> Int) {
    self.name = name
    self.amount = Double(amount)
    self.unit = unit
    self.run = run
  }
}

/// What running a benchmark found.
struct Measured {
  /// Seconds of one run: the least, and the median.
  let least: Double
  let median: Double

  /// Runs a benchmark until it has taken half a second, and at least five times.
  ///
  /// Other work on the machine only ever makes a run longer: the least is what the code costs, and
  /// a median far from it says that the machine was busy.
  init(_ benchmark: Benchmark) throws {
    var times: [Double] = []
    var total = 0.0
    while total < 0.5 || times.count < 5 {
      let start = Clock.monotonic()
      Measured.sink &+= try benchmark.run()
      let time = Clock.monotonic() - start
      times.append(time)
      total += time
    }
    times.sort()
    least = times[0]
    median = times[times.count / 2]
  }

  /// Where results end, so that no work is without effect.
  nonisolated(unsafe) private static var sink = 0  // One thread runs benchmarks.
}

extension Measured {
  /// A row of the table.
  func row(of benchmark: Benchmark) -> String {
    let rate = benchmark.amount / least
    return "| \(benchmark.name) | \(Measured.short(least * 1e3)) | \(Measured.short(median * 1e3)) "
      + "| \(Measured.rate(rate))\(benchmark.unit)/s |"
  }

  private static func rate(_ value: Double) -> String {
    switch value {
    case 1e9...: "\(short(value / 1e9)) G"
    case 1e6...: "\(short(value / 1e6)) M"
    case 1e3...: "\(short(value / 1e3)) k"
    default: "\(short(value)) "
    }
  }

  /// A number with three digits that mean something.
  private static func short(_ value: Double) -> String {
    let scale = value >= 100 ? 1.0 : value >= 10 ? 10 : value >= 1 ? 100 : 1000
    let rounded = (value * scale).rounded() / scale
    return scale == 1 ? "\(Int(rounded))" : "\(rounded)"
  }
}
