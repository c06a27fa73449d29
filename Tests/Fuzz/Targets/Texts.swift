import FsyncCore
import FsyncNet
import FsyncRepo
import TestSupport

extension Target {
  /// Configuration files: what is read, what is edited, and what it says afterwards.
  static var configuration: Target {
    let text = """
      # a comment
      user.name = "Ann"
      [sync]
      timeout = 30 # seconds
      [remote.home]
      url = "ssh://host/path"
      command = '''fsync'''
      [prune]
      keep-within = "30d"
      keep-daily = 7
      [other]
      list = [ 1, "two", { three = 3.0 } ]
      when = 1979-05-27T07:32:00Z
      text = \"\"\"
      more than
      one line\"\"\"

      """
    let every = ConfigurationKey.all.map { key in "\(key.text) = \(sample(key))\n" }.joined()
    let seeds = [
      text, every, "[a.b]\n\"quoted key\" = true\n[[tables]]\nx = 0x1f\n", "",
      "remote.a.url = 'x'\nremote.a.command = \"\"\"\\\n  y\"\"\"\n[remote.b]\nurl = \"\\u00e9\\t\"\n",
      "sync = { timeout = 5, limit-rate = \"2M\" }\nprune.keep-last = 1_000\r\n",
    ]
    return Target(name: "configuration", seeds: seeds.map { Array($0.utf8) }) { input in
      do {
        let file = try ConfigurationFile(path: [0x63], bytes: input)
        let changes: [(ConfigurationKey, ConfigurationValue)] = [
          (.timeout, .integer(7)), (.remoteURL("home"), .string("a \"b\" \\")),
          (.collectsByItself, .boolean(false)),
        ]
        for (key, value) in changes {
          guard let edited = try? file.setting(key, to: value) else { continue }
          guard edited.value(of: key) == value else { throw Violation("\(key.text) is not set") }
          guard let without = try? edited.removing(key) else { continue }
          guard without.value(of: key) == nil else { throw Violation("\(key.text) is not removed") }
        }
        _ = try? file.removing(remote: "home")
        return .accepted(file.settings.count, file.unknown.count)
      } catch let error as RepositoryError {
        guard case .configuration(_, let line, _) = error else { return .refused(error) }
        return .accepted(0, 0, line ?? 0)
      }
    }
  }

  /// A value for a setting as a file has it.
  private static func sample(_ key: ConfigurationKey) -> String {
    switch key {
    case .timeout, .patience, .threads: "8"
    case .collectsByItself, .crossFileSystems: "true"
    case .keep(.within): "'4w'"
    case .keep: "5"
    case .rateLimit, .quota: "\"2M\""
    case .color: "\"never\""
    case .compression: "\"zstd:3\""
    default: "\"some text\""
    }
  }

  /// Ignore and attributes files, asked about paths.
  static var ignore: Target {
    let seeds = [
      "*.o\n!keep.o\n/build/\n**/cache/**\ndoc/**/*.tx[t-z]\n\\#x\nname \\ \n",
      "[[:alpha:][:digit:]]*\n[!a-z]\n[]x]\n**/**/a\na**b\n*a*b*c*d*\n",
      String(repeating: "**/a*/", count: 40) + "x\n!**\n",
      "a\\\n/*/\n///\n!\n#\n\\!x\n[\n[^\n[a-\n",
      (0..<200).map { "dir\($0 % 7)/**/*.\($0)\n" }.joined(),
      "*.txt merge=text -diff\n\"q\\101 x\" atomic\n[attr]m x\n*.bin binary\nd/* merge=keep-both\n",
    ]
    let names = ["", "a", "build", "keep.o", "cache", "abcabcabcabcabcdx", "doc.txt", "é\u{1}"]
      .map { Array($0.utf8) }
    let folders = [Path.root, path("doc"), path("a/b/c/d/e/cache/f")]
    return Target(name: "ignore", seeds: seeds.map { Array($0.utf8) }) { input in
      let rules = IgnoreRules().entering(.root, contents: input)
      var attributes = AttributeRules()
      attributes.add(input, in: .root)
      attributes.add(Array(input.reversed()), in: path("doc"))
      var (ignored, told) = (0, 0)
      for folder in folders {
        for name in names {
          if rules.isIgnored(name, isDirectory: name.count % 2 == 0, in: folder) { ignored += 1 }
          guard let name = try? Name(name) else { continue }
          if attributes.strategy(for: folder.appending(name)) != .automatic { told += 1 }
        }
      }
      return .accepted(ignored, told)
    }
  }

  /// Places of remotes, times, spans and paths, as people type them.
  static var places: Target {
    let seeds = [
      "ssh://user@host:22/~/path%20x", "host:path/to", "file:///a/./b%FFc", "/abs//x/../y",
      "https://hub.example.org:8443/notes", "http://[::1]:80/a.b-c", "https://h/%41?x#y",
      "ssh://[fe80::1%25eth0]/p", "2024-02-29T12:30:00+02:00", "2 days ago", "30d", "a/b/c",
      "last monday", "2024-02-30", "1h30m",
    ]
    return Target(name: "places", seeds: seeds.map { Array($0.utf8) }) { input in
      let text = String(decoding: input, as: UTF8.self)
      let now = Timestamp(seconds: 1_700_000_000)
      let time = TimeText.parse(text, now: now, zone: .fixed(60))
      if let time { _ = TimeText.rfc3339(time, zone: 60) + TimeText.ago(time, now: now) }
      let span = TimeSpan.seconds(of: text)
      if let span, span < 0 { throw Violation("a span of \(span) seconds") }
      if let path = try? Path(input), path.components.contains(where: { $0.bytes == [0x2e, 0x2e] })
      {
        throw Violation("a path that leads out")
      }
      do {
        let url = try RemoteURL(text, relativeTo: Array("/home".utf8))
        // The text that is kept must lead to the same place.
        guard try RemoteURL(url.description, relativeTo: [0x2f]) == url else {
          throw Violation("a place whose text leads elsewhere")
        }
        return .accepted(1, time == nil ? 0 : 1, span == nil ? 0 : 1)
      } catch let error as RemoteURLError {
        return .accepted(2, time == nil ? 0 : 1, span == nil ? 0 : 1, "\(error)".utf8.count)
      }
    }
  }

  /// Texts that are merged by lines: three of them, which NUL separates.
  static var texts: Target {
    let seeds = [
      "one\ntwo\nthree\n\0ONE\ntwo\nthree\n\0one\ntwo\nTHREE\n", "a\na\nb\na\n\0a\n\0b\na\na\n",
    ]
    var random = SplitMix(seed: 13)
    var related: [[UInt8]] = []
    for size in [5, 40, 300] {
      // Three versions of one text: with lines that repeat, and edits that clash now and then.
      let base = (0..<size).map { _ in "line \(random.below(size / 3 + 1))" }
      let versions = (0..<2).map { _ in
        base.flatMap { line in
          switch random.below(12) {
          case 0: [] as [String]
          case 1: [line, "new \(random.below(9))"]
          case 2: [line.uppercased()]
          default: [line]
          }
        }
      }
      let texts = ([base] + versions).map { $0.map { $0 + "\n" }.joined() }
      related.append(Array(texts.joined(separator: "\0").utf8))
    }
    return Target(name: "texts", seeds: seeds.map { Array($0.utf8) } + related) { input in
      let parts = input.split(separator: 0, maxSplits: 2, omittingEmptySubsequences: false)
        .map { Array($0) }
      guard parts.count == 3 else { return .accepted(parts.count) }
      let (base, left, right) = (parts[0], parts[1], parts[2])
      let merged = TextMerge.merge(base: base, left: left, right: right)
      guard merged == TextMerge.merge(base: base, left: right, right: left) else {
        throw Violation("a merge that depends on its side")
      }
      let union = TextMerge.union(base: base, left: left, right: right)
      if let merged { return .accepted(3, merged.count, union.count) }
      return .accepted(4, union.count)
    }
  }

  /// The file that says which replica a folder is.
  static var replicas: Target {
    let id = identity([1, 2, 3])
    let place = try? Replica.Place(root: Array("/".utf8), folder: Array("/".utf8))
    let seeds = [
      Replica(id: id, name: Array("desk".utf8), place: place),
      Replica(id: id, name: [UInt8](repeating: 0x78, count: 255), place: nil),
    ].map(\.encoded)
    return Target(
      name: "replicas", seeds: seeds,
      repair: { bytes, _ in
        guard bytes.count > 8 else { return }
        bytes.removeLast(8)
        let sum = Checksum.xxh3(bytes)
        withUnsafeBytes(of: sum.littleEndian) { bytes += $0 }
      }
    ) { input in
      do {
        let replica = try Replica(decoding: input)
        guard replica.encoded == input else { throw Violation("a replica in another form") }
        return .accepted(replica.name.count, replica.place == nil ? 0 : 1)
      } catch let error as DecodeError { return .refused(error) }
    }
  }
}
