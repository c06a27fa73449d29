import TestSupport
import Testing

/// The hub's pages for people, over HTTP: what they show, and what they never do.
@Suite struct WebPageTests {
  /// A hub with a repository whose names and texts are out to do harm.
  private func hostile() throws -> HubMachine {
    let hub = try HubMachine()
    try hub.start()
    let script = #"""
      set -e
      mkdir -p '<script>alert(1)<' 'sub folder/deep'
      echo '<img src=x onerror=alert(1)>' >'<script>alert(1)<'/'"onerror="x'
      echo new >$'line\nbreak'; echo esc >$'\e[31m'; echo bytes >$'\xff\xfe'
      echo bidi >$'\u202egpj.exe'; printf 'a,b\n' >'sub folder/deep/x?y#z%41.csv'
      touch $(printf 'n%.0s' {1..255}); ln -s '<script>' link; chmod 755 list
      printf '\x89PNG\r\n\x1a\n\0\0' >pic.png; echo '<svg onload="alert(1)"/>' >pic.svg
      head -c 300000 /dev/zero >large
      $FSYNC commit -q -m $'<script>alert("why")</script>\n\nmore <b>words</b>'
      $FSYNC remote add -q hub \#(hub.url()); $FSYNC sync -q
      """#
    try hub.machine.shell(script).expect()
    return hub
  }

  /// Looks at every page that links lead to, from the first one on.
  private func visit(_ hub: HubMachine, _ headers: [String] = []) throws -> [String: WebReply] {
    var (found, open) = ([String: WebReply](), ["/"])
    while let target = open.popLast() {
      guard found[target] == nil else { continue }
      let reply = try hub.page(target, headers)
      found[target] = reply
      guard reply.headers["content-type"]?.hasPrefix("text/html") == true else { continue }
      for part in reply.text.split(separator: "<") {
        for name in ["href=\"", "src=\""] {
          guard let start = part.firstRange(of: name) else { continue }
          let link = part[start.upperBound...].prefix { $0 != "\"" }
          if link.hasPrefix("/") { open.append(String(link)) }
        }
      }
    }
    return found
  }

  @Test func everyPageThatIsLinkedToIsThereAndHarmless() throws {
    let hub = try hostile()
    let pages = try visit(hub)
    #expect(pages.count > 40)
    for (target, reply) in pages {
      #expect(reply.status == 200 && reply.isWhole, "\(target): \(reply.status)")
      #expect(reply.headers["x-content-type-options"] == "nosniff")
      #expect(reply.headers["content-security-policy"]?.hasPrefix("default-src 'none'") == true)
      if reply.headers["content-type"]?.hasPrefix("text/html") == true {
        for text in ["<script", "<img src=x", "\u{1b}", "\u{202e}", "onerror=\"", "<b>", "<svg"] {
          #expect(!reply.text.contains(text), "\(target): \(text)")
        }
      } else if target.contains("/raw/") {
        #expect(reply.headers["content-disposition"]?.hasPrefix("attachment; ") == true)
        #expect(reply.headers["content-security-policy"]?.hasSuffix("sandbox") == true)
        let type = reply.headers["content-type"] ?? ""
        #expect(
          ["text/plain; charset=utf-8", "application/octet-stream", "image/png"].contains(type))
      }
    }
    let all = pages.values.map(\.text).joined()
    for text in [
      "&lt;script&gt;alert(1)&lt;", "line\\nbreak", "\\033[31m", "\\377\\376", "executable",
      "&lt;img src=x onerror=alert(1)&gt;", "more &lt;b&gt;words&lt;/b&gt;",
    ] { #expect(all.contains(text), "\(text)") }
    #expect(!(try hub.machine.read("hub.log")).contains(" error "))
  }

  @Test func whatIsNoPageIsNotFound() throws {
    let hub = try hostile()
    for target in [
      "/notes/files/now/..", "/notes/files/now/%2e%2e/%2e%2e/etc/passwd", "/notes/raw/now/.fsync",
      "/notes/files/now/a%2f..%2flist", "/notes/raw/now/%00", "/../.hub/tokens", "/.hub/tokens",
      "/notes/files/now/none", "/notes/raw/now/sub%20folder", "/notes/commit/00000000",
      "/notes/archive/zip/now/list", "/notes/archive/rar/now/", "/absent/", "/-/absent",
      "/notes/log/?after=abc", "/notes/files/now/?after=..", "/notes//", "/notes/x/y/z",
    ] {
      let reply = try hub.page(target)
      #expect(
        reply.status == 404 && reply.text.contains("<h1>There is nothing here</h1>"), "\(target)")
      #expect(try hub.page(target, accept: "*/*").text == "404 Not Found\n")
    }
  }

  @Test func aFileComesInPartsAndOnlyWhereItIsNew() throws {
    let hub = try hostile()
    try hub.machine.shell("head -c 3000000 /dev/urandom >random; $FSYNC sync -q").expect()
    let content = try hub.machine.bytes("desk/random")
    let id = try hub.machine.log("-n", "1")[0]
    let now = try hub.page("/notes/raw/now/random")
    #expect(now.body == content && now.headers["cache-control"] == "private, no-cache")
    let target = "/notes/raw/\(id)/random"
    let whole = try hub.page(target)
    #expect(whole.body == content && whole.headers["accept-ranges"] == "bytes")
    #expect(whole.headers["cache-control"]?.contains("immutable") == true)
    let tag = try #require(whole.headers["etag"])
    let head = try hub.page(target, method: "HEAD")
    #expect(head.status == 200 && head.body.isEmpty && head.headers["etag"] == tag)
    #expect(head.headers["content-length"] == "3000000")
    let same = try hub.page(target, ["If-None-Match: \(tag)"])
    #expect(same.status == 304 && same.body.isEmpty)
    for (range, part) in [
      ("bytes=0-99", 0..<100), ("bytes=1234567-2345678", 1_234_567..<2_345_679),
      ("bytes=-5", 2_999_995..<3_000_000),
    ] {
      let reply = try hub.page(target, ["Range: \(range)", "If-Range: \(tag)"])
      #expect(reply.status == 206 && reply.body == Array(content[part]))
      #expect(
        reply.headers["content-range"] == "bytes \(part.lowerBound)-\(part.upperBound - 1)/3000000")
    }
    let beyond = try hub.page(target, ["Range: bytes=3000000-"])
    #expect(beyond.status == 416 && beyond.headers["content-range"] == "bytes */3000000")
    #expect(try hub.page(target, ["Range: bytes=0-9", "If-Range: \"x\""]).status == 200)
    // Some digits lead to the whole id; a page is not sent again either.
    let short = try hub.page("/notes/raw/\(id.prefix(12))/random")
    #expect(short.status == 302 && short.headers["location"] == target)
    let page = try #require(try hub.page("/notes/").headers["etag"])
    #expect(try hub.page("/notes/", ["If-None-Match: \(page)"]).status == 304)
    try hub.machine.shell("echo more >more; $FSYNC sync -q").expect()
    #expect(try hub.page("/notes/", ["If-None-Match: \(page)"]).status == 200)
  }

  @Test func historyIsReadPageByPage() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    try machine.shell(
      """
      for n in {1..120}; do echo $n >count; $FSYNC commit -q -m "number $n"; done
      mv count moved; $FSYNC commit -q -m moved; $FSYNC sync -q \(hub.url())
      """
    ).expect()
    for path in ["", "moved"] {
      var (target, found) = ("/notes/log/\(path)", [Int]())
      for _ in 0..<10 {
        let text = try hub.page(target).text
        found += text.split(separator: "number ").dropFirst().compactMap { part in
          Int(part.prefix { $0.isNumber })
        }
        guard let link = text.firstRange(of: "?after=") else { break }
        target = "/notes/log/\(path)?after=" + text[link.upperBound...].prefix { $0 != "\"" }
      }
      #expect(found == Array((1...120).reversed()), "\(path)")
    }
  }

  @Test func bothSidesOfAConflictAreShown() throws {
    let hub = try HubMachine()
    let machine = hub.machine
    try hub.start()
    try machine.fsync("sync", "-q", hub.url()).expect()
    try machine.fsync("clone", "-q", "--name", "lap", hub.url(), "../lap").expect()
    // A sync merges and commits nothing, so the hub has two heads after it.
    try machine.shell(
      """
      echo desk >list; $FSYNC commit -q -m here; echo lap >../lap/list
      $FSYNC sync -q \(hub.url()) && $FSYNC -C ../lap sync -q
      test $? = 2
      """
    ).expect()
    let page = try hub.page("/notes/conflicts").text
    let links = page.split(separator: "href=\"").map { String($0.prefix { $0 != "\"" }) }
      .filter { $0.hasPrefix("/notes/files/now/") }
    #expect(links.count == 2)
    let texts = try links.map { try hub.page($0.replacing("/files/", with: "/raw/")).text }
    #expect(Set(texts) == ["desk\n", "lap\n"])
    let overview = try hub.page("/notes/").text
    #expect(overview.contains("1 conflict") && overview.contains("what they merge to"))
    let list = try hub.page("/").text
    #expect(list.contains("href=\"/notes/conflicts\">1<"))
  }
}
