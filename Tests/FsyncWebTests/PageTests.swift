import FsyncCore
import FsyncHub
import FsyncRepo
import FsyncWeb
import TestSupport
import Testing

/// Every page with everything hostile in it, taken apart.
@Suite struct PageTests {
  private let name: RepositoryName
  private var random = SplitMix(seed: 1)

  init() throws { name = try #require(RepositoryName("notes")) }

  private func facts(_ text: [UInt8]) -> CommitFacts {
    let commit = Commit(
      tree: Digest.sha256([1]), parents: [Digest.sha256([2])],
      replica: .nobody, replicaName: Array(text.prefix(255)), sequence: .max,
      author: Array(text.prefix(1024)), time: Timestamp(seconds: .max), zone: .max, message: text,
      kind: .automatic)
    return CommitFacts(id: Digest.sha256(text), commit: commit)
  }

  private func place(_ state: Address.State) -> Place {
    Place(repository: name, state: state, commit: facts(Hostile.text), heads: 3)
  }

  private func file(_ size: UInt64 = 5, mode: UInt16 = 0o755) -> Entry {
    .file(Digest.sha256([3]), size: size, mode: mode, mtime: Timestamp(seconds: .min))
  }

  /// Takes a page apart; all its links must be addresses, or lines of the page.
  @discardableResult private func check(_ html: HTML) throws -> Markup {
    let markup = try Markup(html)
    for link in markup.links where !link.hasPrefix("#") {
      #expect(Address(target: link) != nil, "\(link)")
    }
    let names = markup.elements.map(\.name)
    #expect(names.filter { $0 == "h1" }.count == 1 && names.filter { $0 == "title" }.count == 1)
    #expect(names.contains("main") && names.first == "html")
    return markup
  }

  @Test func folders() throws {
    var entries = Hostile.checked.sorted().map { TreeEntry($0, file()) }
    entries[0].entry = .directory(Digest.sha256([4]), mode: 0o755)
    entries[1].entry = .symlink(Digest.sha256([5]), size: 3, mtime: .zero)
    for folder in [Path.root] + Hostile.checked.map({ Path.root.appending($0) }) {
      for state in [Address.State.now, .commit(Digest.sha256([6]))] {
        let model = FolderModel(
          place: place(state), path: folder, entries: entries, count: 100_000,
          next: entries.last?.name)
        let markup = try check(model.page)
        for entry in entries { #expect(markup.text.contains(NameText.line(entry.name.bytes))) }
      }
    }
    let overview = OverviewModel(
      repository: name,
      folder: FolderModel(place: place(.now), path: .root, entries: entries, count: 23),
      newest: [facts(Hostile.text)], heads: [Digest.sha256([1]), Digest.sha256([2])], conflicts: 2)
    #expect(try check(overview.page).text.contains("2 conflicts"))
    let empty = OverviewModel(repository: name, folder: nil, newest: [], heads: [], conflicts: 0)
    #expect(try check(empty.page).text.contains("Nothing has been pushed"))
  }

  @Test func files() throws {
    let contents: [FileModel.Content] = [
      .text(Hostile.text), .text([]), .text([0x0a]), .image, .binary, .large,
      .target(Hostile.text), .absent("<gone>"),
    ]
    for content in contents {
      let model = FileModel(
        place: place(.now), path: path("a/b"), entry: file(), content: content)
      try check(model.page)
    }
  }

  @Test func theTextOfAFileIsBounded() throws {
    let many = FileModel(
      place: place(.now), path: path("a"), entry: file(),
      content: .text([UInt8](repeating: 0x0a, count: FileModel.mostLines + 7)))
    let markup = try check(many.page)
    #expect(markup.elements.filter { $0.name == "tr" }.count == FileModel.mostLines)
    #expect(markup.text.contains("7 more lines not shown"))
    let long = FileModel(
      place: place(.now), path: path("a"), entry: file(),
      content: .text([UInt8](repeating: 0x61, count: 400_000)))
    #expect(long.page.bytes.count < 20_000)
  }

  @Test func histories() throws {
    let changes = Hostile.checked.map {
      PathChange(path: Path.root.appending($0), kind: .renamed, from: Path.root.appending($0))
    }
    let facts = facts(Hostile.text)
    let entry = LogEntry(id: facts.id, commit: facts.commit, changes: changes)
    let model = HistoryModel(
      repository: name, path: path("a"), entries: [entry], next: facts.id, isFirst: true)
    #expect(try check(model.page).text.contains("\(changes.count - 5) more paths"))
    let commit = CommitModel(
      repository: name, facts: facts,
      changes: changes.enumerated().map { number, change in
        let detail: CommitModel.Detail =
          switch number % 6 {
          case 0: .lines(LineChanges(Lines(Hostile.text), Lines([]), atMost: 1000))
          case 1: .binary
          case 2: .large
          case 3: .absent("<gone>")
          case 4: .left
          default: .none
          }
        return CommitModel.Change(change, detail)
      }, hasMore: true, pruned: "<b>")
    try check(commit.page)
  }

  @Test func conflictsListsAndErrors() throws {
    let versions = Hostile.checked.map {
      ConflictsModel.Version(
        path: Path.root.appending($0), entry: file(), commit: facts(Hostile.text))
    }
    let item = ConflictsModel.Item(
      path: path("a"), kind: .edits, versions: versions, hasMore: true)
    try check(ConflictsModel(place: place(.now), conflicts: [item], hasMore: true).page)
    try check(ConflictsModel(place: place(.now), conflicts: []).page)
    let known = HubModel.Facts(newest: facts(Hostile.text), heads: 1, conflicts: 3)
    let unknown = HubModel.Facts(newest: nil, heads: 0, conflicts: nil)
    let list = HubModel(
      lines: [
        .init(name: name, facts: known), .init(name: name, facts: unknown),
        .init(name: name, facts: nil),
      ], next: name)
    try check(list.page)
    for status in [401, 404, 410, 416, 429, 500, 503] {
      try check(ErrorPage.page(status, "<script>"))
    }
  }
}
