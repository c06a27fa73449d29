import ArgumentParser
import FsyncCore
import FsyncRepo
import FsyncSystem

/// `fsync init`: makes a repository.
struct InitCommand: ToolCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Make a repository of a folder.")

  @OptionGroup var global: GlobalOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup var change: ChangeOptions

  @Flag(name: .customLong("bare"), help: "Keep commits only, without a working tree.")
  var bare = false

  @Option(
    name: .customLong("name"),
    help: ArgumentHelp("Call this replica so, instead of by the host's name.", valueName: "name"))
  var name: RawArgument?

  @Option(
    name: .customLong("compression"),
    help: ArgumentHelp("Compress with zstd, zlib or none, and :LEVEL if wanted.", valueName: "how"),
    completion: .list(["zstd", "zlib", "none"]))
  var compression: CompressionArgument?

  @Argument(
    help: ArgumentHelp("The folder; the current one by default.", valueName: "dir"),
    completion: .directory)
  var path: RawArgument?

  func execute(_ tool: Tool) throws(RepositoryError) -> ExitStatus {
    let target = try tool.absolute(path ?? RawArgument(bytes: [0x2e]))
    if change.dryRun {
      try NewPlace.check(target, isBare: bare)
      tool.say("would make a repository in \(tool.name(target))")
      return .done
    }
    let repository = try Repository.initialize(
      at: target, bare: bare, name: name?.bytes, compression: compression?.value)
    if report.json {
      tool.print(NewPlace.json(repository))
    } else {
      tool.say("made a repository in \(tool.name(repository.root ?? repository.folder))")
    }
    return .done
  }
}

/// `zstd`, `zlib` or `none`, with a level.
struct CompressionArgument: ExpressibleByArgument {
  /// What the text says.
  let value: Compression

  /// Parses the text; nil where it is none.
  init?(argument: String) {
    guard let value = Compression(argument) else { return nil }
    self.value = value
  }
}

/// Where `init` and `clone` would make a repository.
enum NewPlace {
  /// Throws what making one there would, without making it.
  static func check(_ target: [UInt8], isBare: Bool) throws(RepositoryError) {
    // The nearest folder that exists decides what the new one would lie in.
    var existing = target
    while (try? Stat(following: existing)) == nil {
      guard let slash = existing.lastIndex(of: 0x2f), slash > 0 else { break }
      existing = Array(existing[..<slash])
    }
    if let outer = try RepositoryPlace.find(from: existing) {
      let place = outer.root ?? outer.folder
      let resolved = try? Host.realPath(target)
      if resolved == place { throw .alreadyARepository(target) }
      throw .insideARepository(target, outer: place)
    }
    if isBare { try checkEmpty(target) }
  }

  /// Throws where something other than an empty folder is there.
  static func checkEmpty(_ target: [UInt8]) throws(RepositoryError) {
    do {
      guard try Directory(target).names().isEmpty else { throw RepositoryError.notEmpty(target) }
    } catch let error as SystemError {
      if error.isAbsent, (try? Stat(following: target)) == nil { return }
      throw error.isAbsent ? .notEmpty(target) : .system(error, path: target)
    } catch { throw .notEmpty(target) }
  }

  /// What a new repository is, for programs.
  static func json(_ repository: Repository) -> JSON {
    .object([
      .init("root", repository.root.map { .text($0) } ?? .null),
      .init("folder", .text(repository.folder)), .init("bare", .boolean(repository.isBare)),
      .init("replica", .text(repository.replica.name)),
      .init("replicaId", .string(repository.replica.id.description)),
    ])
  }
}
