import FsyncSystem
import TestSupport

/// Micro-benchmarks of the hot paths: `FsyncBench [FILTER]` prints a table of those whose names
/// contain the filter.
@main
enum Main {
  static func main() throws {
    let filter = Host.arguments().first.map { String(decoding: $0, as: UTF8.self) } ?? ""
    let directory = try TemporaryDirectory()
    let groups: [() throws -> [Benchmark]] = [
      ContentBenchmarks.all, FrameBenchmarks.all, TreeBenchmarks.all, GraphBenchmarks.all,
      { try FolderBenchmarks.all(in: directory.path) },
    ]
    print("| benchmark | least, ms | median, ms | rate |")
    print("|---|---|---|---|")
    for group in groups {
      for benchmark in try group() where filter.isEmpty || benchmark.name.contains(filter) {
        print(try Measured(benchmark).row(of: benchmark))
      }
    }
  }
}
