internal import FsyncArchive
internal import FsyncCore
internal import FsyncHub

extension Address {
  /// The longest target that is looked at, in bytes.
  private static let longest = 32 << 10

  /// Understands the target of a request; nil for what is no page of a hub.
  ///
  /// Names are decoded once, and checked as those of a tree are: nothing leads out of one.
  package init?(target: String) {
    guard target.utf8.count <= Self.longest, target.utf8.first == UInt8(ascii: "/") else {
      return nil
    }
    let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var segments = halves[0].dropFirst().split(separator: "/", omittingEmptySubsequences: false)
    let after: [UInt8]?
    do throws(BadText) { after = try Self.after(halves.count > 1 ? halves[1] : "") } catch {
      return nil
    }
    if segments == [""] {
      guard let after else {
        self = .hub(after: nil)
        return
      }
      guard let name = RepositoryName(String(decoding: after, as: UTF8.self)) else { return nil }
      self = .hub(after: name)
      return
    }
    let first = segments.removeFirst()
    if first == "-" {
      switch segments {
      case ["style.css"]: self = .style
      case ["icon.svg"]: self = .icon
      default: return nil
      }
      return
    }
    // A slash at the end is for people, who write it after folders.
    if segments.last == "" { segments.removeLast() }
    guard let name = RepositoryName(first), let page = Page(segments[...], after) else {
      return nil
    }
    self = .repository(name, page)
  }

  private struct BadText: Error {}

  /// The value of `after` in a query; nil where it has none.
  private static func after(_ query: Substring) throws(BadText) -> [UInt8]? {
    for field in query.split(separator: "&") where field.hasPrefix("after=") {
      guard let value = URLText.decode(field.dropFirst(6)) else { throw BadText() }
      return value
    }
    return nil
  }
}

extension Address.Page {
  fileprivate init?(_ segments: ArraySlice<Substring>, _ after: [UInt8]?) {
    var rest = segments
    guard let verb = rest.popFirst() else {
      self = .overview
      return
    }
    switch verb {
    case "files":
      guard let (state, path) = Self.place(rest) else { return nil }
      var name: Name?
      if let after {
        guard let known = try? Name(after) else { return nil }
        name = known
      }
      self = .files(state, path, after: name)
    case "raw":
      guard let (state, path) = Self.place(rest), !path.isRoot else { return nil }
      self = .raw(state, path)
    case "archive":
      guard let format = rest.popFirst().flatMap({ ArchiveFormat(rawValue: String($0)) }),
        let (state, path) = Self.place(rest)
      else { return nil }
      self = .archive(format, state, path)
    case "log":
      guard let path = Self.path(rest) else { return nil }
      var digits: String?
      if let after {
        guard let known = Self.digits(String(decoding: after, as: UTF8.self)) else { return nil }
        digits = known
      }
      self = .log(path, after: digits)
    case "commit":
      guard rest.count == 1, let digits = rest.first.flatMap(Self.digits) else { return nil }
      self = .commit(digits)
    case "conflicts":
      guard rest.isEmpty else { return nil }
      self = .conflicts
    default: return nil
    }
  }

  private static func place(_ segments: ArraySlice<Substring>) -> (Address.State, Path)? {
    guard let first = segments.first, let path = path(segments.dropFirst()) else { return nil }
    if first == "now" { return (.now, path) }
    return digits(first).map { (.commit($0), path) }
  }

  private static func path(_ segments: ArraySlice<Substring>) -> Path? {
    var bytes: [UInt8] = []
    for segment in segments {
      // A slash that was coded is none between names.
      guard let name = URLText.decode(segment), !name.contains(UInt8(ascii: "/")) else {
        return nil
      }
      if !bytes.isEmpty { bytes.append(UInt8(ascii: "/")) }
      bytes += name
      if name.isEmpty { return nil }
    }
    return try? Path(bytes)
  }

  /// The digits of a commit's id: 6 to 64, in lower case.
  private static func digits(_ text: some StringProtocol) -> String? {
    let isID =
      (6...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    return isID ? String(text) : nil
  }
}
