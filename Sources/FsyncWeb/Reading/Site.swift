internal import FsyncArchive
internal import FsyncCore
package import FsyncHub
internal import FsyncRepo
internal import FsyncSystem

/// The pages of a hub: an address in, an answer out.
///
/// Every call opens the repository anew and reads, so it belongs on a thread that may wait. Whether
/// somebody may read a repository is decided before.
package struct Site: Sendable {
  private let hub: Hub
  private let board: HeadsBoard

  /// Makes the pages of a hub.
  package init(_ hub: Hub) {
    self.hub = hub
    board = HeadsBoard(hub)
  }

  /// The most repositories that one page lists.
  package static let pageSize = 200

  /// The list of repositories that somebody may read.
  /// - Parameters:
  ///   - names: all of them, in order.
  ///   - after: the last one of the page before.
  package func list(_ names: [RepositoryName], after: RepositoryName?) -> WebAnswer {
    let rest = after.map { after in names.drop { $0 <= after } } ?? names[...]
    let deadline = Clock.monotonic() + 2
    let lines = rest.prefix(Self.pageSize).map { name in
      HubModel.Line(name: name, facts: try? facts(of: name, until: deadline))
    }
    let hasMore = rest.count > lines.count
    return .page(HubModel(lines: lines, next: hasMore ? lines.last?.name : nil).page, tag: nil)
  }

  private func facts(
    of name: RepositoryName, until deadline: Double
  ) throws(WebError) -> HubModel.Facts {
    let browser = try Browser(hub, name)
    let heads = try showing { () throws(RepositoryError) in try browser.repository.heads() }
    var newest: CommitFacts?
    for head in heads.prefix(16) {
      let facts = try showing { () throws(RepositoryError) in try browser.facts(head) }
      if newest.map({ $0.commit.time < facts.commit.time }) ?? true { newest = facts }
    }
    // Several heads have to be merged to know; that is not done for many repositories at once.
    let isQuick = heads.count <= 1 || Clock.monotonic() < deadline
    let conflicts = isQuick ? try? browser.conflicts().conflicts.count : nil
    return HubModel.Facts(newest: newest, heads: heads.count, conflicts: conflicts)
  }

  /// A page of a repository.
  package func answer(
    _ name: RepositoryName, _ page: Address.Page, _ conditions: Conditions
  ) throws(WebError) -> WebAnswer {
    // What anything of a repository may change, and the look of pages.
    let stamp = board.stamp(of: name)
    let tag = stamp.isEmpty ? nil : Self.tag(stamp)
    if page.isHTML, let tag, conditions.knows(tag) {
      return .unchanged(tag: tag, isFixed: false)
    }
    let browser = try Browser(hub, name)
    if let address = try whole(page, browser) { return .elsewhere(address) }
    switch page {
    case .overview: return .page(try browser.overview().page, tag: tag)
    case .conflicts: return .page(try browser.conflicts().page, tag: tag)
    case .log(let path, let after):
      return .page(try browser.history(path, after: after).page, tag: tag)
    case .commit(let digits):
      let id = try showing { () throws(RepositoryError) in try browser.id(digits) }
      return .page(try browser.commit(id).page, tag: tag)
    case .files(let state, let path, let after):
      let (place, snapshot) = try browser.resolve(state)
      let entry = try Self.entry(path, snapshot)
      let html =
        entry.kind == .directory
        ? try browser.folder(path, entry, place, snapshot, after: after).page
        : try browser.file(path, entry, place, snapshot).page
      return .page(html, tag: tag)
    case .raw(let state, let path):
      return try raw(state, path, browser, conditions)
    case .archive(let format, let state, let path):
      return try archive(format, state, path, browser, conditions)
    }
  }

  /// The address with the commit's whole id, where it has only some of its digits.
  private func whole(_ page: Address.Page, _ browser: Browser) throws(WebError) -> Address? {
    func id(_ digits: String) throws(WebError) -> ObjectID? {
      guard digits.utf8.count < 2 * ObjectID.byteCount else { return nil }
      return try showing { () throws(RepositoryError) in try browser.id(digits) }
    }
    let page: Address.Page? =
      switch page {
      case .commit(let digits): try id(digits).map { .commit($0.description) }
      case .files(.commit(let digits), let path, let after):
        try id(digits).map { .files(.commit($0), path, after: after) }
      case .raw(.commit(let digits), let path): try id(digits).map { .raw(.commit($0), path) }
      case .archive(let format, .commit(let digits), let path):
        try id(digits).map { .archive(format, .commit($0), path) }
      default: nil
      }
    return page.map { .repository(browser.name, $0) }
  }

  private static func entry(_ path: Path, _ snapshot: Snapshot) throws(WebError) -> Entry {
    let entry = try showingObjects { () throws(ObjectError) in try snapshot.entry(at: path) }
    guard var entry else { throw .notFound }
    // The mode of the root is not recorded; who unpacks it must be able to go into it.
    if path.isRoot { entry.mode = 0o755 }
    return entry
  }

  private func raw(
    _ state: Address.State, _ path: Path, _ browser: Browser, _ conditions: Conditions
  ) throws(WebError) -> WebAnswer {
    let (_, snapshot) = try browser.resolve(state)
    let entry = try Self.entry(path, snapshot)
    guard entry.kind != .directory, let name = path.name else { throw .notFound }
    let tag = "\"\(entry.content)\""
    if conditions.knows(tag) { return .unchanged(tag: tag, isFixed: state.isFixed) }
    let part = try conditions.part(of: entry.size, tag: tag)
    let head: [UInt8]
    do throws(ObjectError) {
      head = try snapshot.reader.head(of: entry)
      // What is not here is said before the answer begins.
      let start = part?.lowerBound ?? 0
      try snapshot.reader.readContent(of: entry, in: start..<min(start + 1, entry.size)) { _ in }
    } catch { throw .gone(try browser.words(.object(error), reading: snapshot.commits)) }
    return .download(
      Download(
        name: browser.name, commits: snapshot.commits,
        content: .file(entry, part ?? 0..<entry.size, of: entry.size),
        type: MediaType(head).text, fileName: name.bytes, tag: tag, isFixed: state.isFixed))
  }

  private func archive(
    _ format: ArchiveFormat, _ state: Address.State, _ path: Path, _ browser: Browser,
    _ conditions: Conditions
  ) throws(WebError) -> WebAnswer {
    let (place, snapshot) = try browser.resolve(state)
    let entry = try Self.entry(path, snapshot)
    guard entry.kind == .directory else { throw .notFound }
    let top = path.name?.bytes ?? Array(browser.name.text.utf8)
    let time = try showing { () throws(RepositoryError) in
      var time = Timestamp.zero
      for id in snapshot.commits { time = max(time, try browser.facts(id).commit.time) }
      return time
    }
    let seed = Array("\(entry.content) \(format.rawValue) \(time)".utf8) + top
    let tag = "W/\"\(Digest.object(.chunk, seed))\""
    if conditions.knows(tag) { return .unchanged(tag: tag, isFixed: state.isFixed) }
    do throws(RepositoryError) {
      try browser.repository.requireContent([entry], of: snapshot)
    } catch { throw .gone(try browser.words(error, reading: snapshot.commits)) }
    let short = place.commit.map { "-" + $0.id.short } ?? ""
    return .download(
      Download(
        name: browser.name, commits: snapshot.commits,
        content: .archive(entry, format, top: top, time: time), type: format.mediaType,
        fileName: top + Array("\(short).\(format.rawValue)".utf8), tag: tag,
        isFixed: state.isFixed))
  }

  /// The weak entity tag of pages, which changes with the repository and with how pages look.
  private static func tag(_ stamp: [UInt8]) -> String {
    "W/\"\(Digest.object(.chunk, stamp + look).description.prefix(32))\""
  }

  /// To be counted up when pages change.
  private static let look = Array("1".utf8) + StyleSheet.css.utf8
}

extension Address.Page {
  /// Says whether it is a page for people, and not content.
  fileprivate var isHTML: Bool {
    switch self {
    case .raw, .archive: false
    default: true
    }
  }
}
