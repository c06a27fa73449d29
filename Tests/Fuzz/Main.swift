import FsyncSystem
import Glibc
import TestSupport

/// Tries changed inputs on every decoder: `FsyncFuzz [OPTION...] [TARGET...]`.
///
/// A trap, a hang, too much memory and a broken promise end it; the input is then in the file that
/// it named at the start, and `--replay FILE` tries it again.
@main
enum Main {
  private static let usage = """
    usage: FsyncFuzz [--seconds N] [--seed S] [--corpus DIR] [--collect] [--verbose] [TARGET...]
           FsyncFuzz --replay FILE [TARGET]
           FsyncFuzz --list
    """

  private struct Options {
    var seconds: Double = 60
    var seed = UInt64(Clock.now().seconds) &* 1_000_003 &+ UInt64(Host.processID())
    var corpus = "Tests/Fuzz/Corpus"
    var collects = false
    var tells = false
    var replays: String?
    var lists = false
    var targets: [String] = []

    init?(_ words: [String]) {
      var words = words[...]
      while let word = words.popFirst() {
        switch word {
        case "--collect": collects = true
        case "--verbose": tells = true
        case "--list": lists = true
        case "--seconds":
          guard let value = words.popFirst().flatMap(Double.init) else { return nil }
          seconds = value
        case "--seed":
          guard let value = words.popFirst().flatMap(UInt64.init) else { return nil }
          seed = value
        case "--corpus":
          guard let value = words.popFirst() else { return nil }
          corpus = value
        case "--replay":
          guard let value = words.popFirst() else { return nil }
          replays = value
        default:
          guard !word.hasPrefix("-") else { return nil }
          targets.append(word)
        }
      }
    }
  }

  static func main() throws {
    let words = Host.arguments().map { String(decoding: $0, as: UTF8.self) }
    guard let options = Options(words) else {
      say(usage, isError: true)
      exit(64)
    }
    let folder = try TemporaryDirectory(inMemory: true)
    let targets = try Target.all(in: folder.path)
    if options.lists {
      for target in targets { say(target.name) }
    } else if let file = options.replays {
      try replay(file, on: options.targets.first, targets)
    } else {
      let chosen =
        options.targets.isEmpty
        ? targets : targets.filter { options.targets.contains($0.name) }
      guard !chosen.isEmpty else {
        say("no such target", isError: true)
        exit(64)
      }
      try fuzz(chosen, options)
    }
  }

  /// Tries one input: a record that a crash has left, or a file of the corpus.
  private static func replay(_ file: String, on name: String?, _ targets: [Target]) throws {
    var bytes = try File(Array(file.utf8), .read).readAll(atMost: 1 << 24)
    var name = name
    if name == nil, let end = bytes.firstIndex(of: 0x0a) {
      name = String(decoding: bytes[..<end], as: UTF8.self)
      bytes.removeSubrange(...end)
    }
    guard let target = targets.first(where: { $0.name == name }) else {
      say("of which target is \(file)?", isError: true)
      exit(64)
    }
    say("\(try target.run(bytes))")
  }

  private static func fuzz(_ targets: [Target], _ options: Options) throws {
    let temporary = Host.environment("TMPDIR").map { String(decoding: $0, as: UTF8.self) }
    let watch = try Watch(path: "\(temporary ?? "/tmp")/FsyncFuzz.\(Host.processID()).input")
    say("seed \(options.seed); the input being tried is in \(watch.path)")
    let thread = try watch.start()
    do {
      var fuzzers = try targets.map { target in
        try Fuzzer(
          target, corpus: Corpus.read(options.corpus, target.name), seed: options.seed,
          watch: watch)
      }
      let end = Clock.monotonic() + options.seconds
      let slice = min(1, options.seconds / Double(fuzzers.count))
      while Clock.monotonic() < end {
        for index in fuzzers.indices where Clock.monotonic() < end {
          try fuzzers[index].run(seconds: slice)
        }
      }
      for fuzzer in fuzzers {
        say("\(fuzzer.target.name): \(fuzzer.count) inputs, \(fuzzer.outcomes.count) outcomes")
        if options.tells { for outcome in fuzzer.outcomes.keys { say("  \(outcome)") } }
        if options.collects {
          try Corpus.write(Array(fuzzer.outcomes.values), options.corpus, fuzzer.target.name)
        }
      }
    } catch let violation as Violation {
      say("\(violation.text); the input is in \(watch.path)", isError: true)
      exit(1)
    }
    watch.end()
    thread.join()
  }
}
