internal import ArgumentParser
import FsyncCore
import FsyncRepo

struct List: Command {
  static let configuration = CommandConfiguration.command(
    "ls", abstract: "List files of any state.",
    discussion: """
      Names end in / for folders. A moment is a commit's first 6 or more digits, a time, or 'now'.
      """)

  @Argument(
    help: ArgumentHelp("Files or folders; everything where none is given.", valueName: "path"))
  var paths: [Word] = []

  @Option(help: ArgumentHelp("When; now where none is given.", valueName: "moment"))
  var at = "now"

  @Flag(name: .shortAndLong, help: "Go into folders.")
  var recursive = false

  @Flag(name: .shortAndLong, help: "Show permissions, size and time of modification.")
  var long = false

  @OptionGroup var names: NameOptions
  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let repository = try tool.open()
    let asked = try tool.paths(paths, in: repository)
    let snapshot = try repository.snapshot(at: try repository.moment(at))
    let output = tool.output
    var isFirst = true
    if report.json { output.write("{\"entries\":[".utf8) }
    for path in asked.isEmpty ? [.root] : asked {
      guard try snapshot.entry(for: path) != nil || path.isRoot else { throw .noSuchPath(path) }
      do throws(ObjectError) {
        try snapshot.list(path, isRecursive: recursive) { path, entry throws(ObjectError) in
          if report.json {
            var bytes: [UInt8] = isFirst ? [] : [0x2c]
            entry.json(at: path).append(to: &bytes)
            output.write(bytes)
          } else if names.null {
            output.write(path.bytes + [0])
          } else {
            output.line(line(path, entry, tool.style))
          }
          isFirst = false
          return output.isOpen
        }
      } catch { throw .object(error) }
    }
    if report.json { output.line("]}") }
  }

  private func line(_ path: Path, _ entry: Entry, _ style: Style) -> String {
    let isFolder = entry.kind == .directory
    let name = NameText.quoted(path) + (isFolder ? "/" : "")
    let text = isFolder ? style(name, .place) : name
    guard long else { return text }
    let time =
      isFolder
      ? "" : TimeText.plain(entry.mtime, zone: LocalZone.system.minutes(entry.mtime.seconds))
    let kind = entry.kind == .directory ? "d" : entry.kind == .symlink ? "l" : "-"
    let size = Figures.padded(isFolder ? "" : String(entry.size), 12, right: true)
    return "\(kind)\(Figures.mode(entry.mode)) \(size) \(Figures.padded(time, 25)) \(text)"
  }
}

extension Snapshot {
  /// The entry at a path; nil where there is none.
  func entry(for path: Path) throws(RepositoryError) -> Entry? {
    do { return try entry(at: path) } catch { throw .object(error) }
  }
}

extension Entry {
  /// The entry for scripts.
  func json(at path: Path) -> JSON {
    [
      "path": .name(path), "kind": .string(kind.word), "mode": .string(Figures.mode(mode)),
      "size": .integer(size), "mtime": kind == .directory ? .null : .time(mtime),
      "id": .id(content),
    ]
  }
}
