import TestSupport
import Testing

/// Who sees which pages, and what is said of content that is not there.
@Suite struct WebAccessTests {
  @Test func aPersonIsAskedForATokenAndSeesNoMoreThanItAllows() throws {
    let hub = try HubMachine()
    try hub.machine.shell("$FSYNC -C ../hub hub create -q secret").expect()
    let reader = try hub.token("--read notes")
    try hub.start()
    let asked = try hub.page("/")
    #expect(asked.status == 401 && asked.text.contains("<h1>A token is needed</h1>"))
    #expect(asked.headers["www-authenticate"]?.hasPrefix("Basic realm=") == true)
    #expect(try hub.page("/notes/", accept: "*/*").headers["www-authenticate"] == "Bearer")
    let coded = try hub.machine.shell("printf 'ada:%s' '\(reader)' | base64 -w0").expect().text
    let password = "Authorization: Basic \(coded)"
    let list = try hub.page("/", [password])
    #expect(list.status == 200 && list.text.contains("/notes/") && !list.text.contains("secret"))
    #expect(try hub.page("/notes/", [password]).text.contains("Nothing has been pushed"))
    func told(_ target: String, _ headers: [String]) throws -> String {
      let reply = try hub.page(target, headers)
      return
        "\(reply.status) \(reply.headers.filter { $0.key != "date" }.sorted { $0 < $1 }) \(reply.text)"
    }
    for page in ["", "files/now/", "log/", "conflicts", "archive/zip/now/", "raw/now/x", "y"] {
      for headers in [[], [password]] {
        #expect(try told("/secret/\(page)", headers) == told("/absent/\(page)", headers), "\(page)")
      }
      #expect(try hub.page("/secret/\(page)", [password]).status == 404)
      #expect(try hub.page("/notes/\(page)").status == 401)
    }
    // What pages are drawn with says nothing.
    #expect(try hub.page("/-/style.css").headers["content-type"] == "text/css; charset=utf-8")
    #expect(try hub.page("/-/icon.svg").status == 200)
    let wrong = "Authorization: Bearer fst-00000000-" + String(repeating: "0", count: 64)
    for _ in 0..<10 { #expect(try hub.page("/", [wrong]).status == 401) }
    let limited = try hub.page("/", [password])
    #expect(limited.status == 429 && limited.text.contains("<h1>Too many attempts</h1>"))
  }

  @Test func withoutATokenAPageOfTheWebSeesNothing() throws {
    let hub = try HubMachine()
    try hub.start()
    #expect(try hub.answer("GET", "/", host: "localhost").hasPrefix("HTTP/1.1 200"))
    for target in ["/", "/notes/", "/notes/log/"] {
      #expect(try hub.answer("GET", target, host: "evil.example").hasPrefix("HTTP/1.1 404"))
    }
  }

  @Test func prunedContentSaysSo() throws {
    let hub = try HubMachine()
    try hub.start()
    try hub.machine.shell(
      """
      set -e
      echo old >list; $FSYNC commit -q -m old; mkdir in; echo new >list; echo x >in/x
      $FSYNC commit -q -m new; $FSYNC sync -q \(hub.url())
      $FSYNC -C ../hub/notes prune -q --keep-last 1
      """
    ).expect()
    let old = try hub.machine.log("-n", "2")[1]
    let raw = try hub.page("/notes/raw/\(old)/list")
    #expect(raw.status == 410 && raw.text.contains("was pruned here on 20"), "\(raw.text)")
    let page = try hub.page("/notes/files/\(old)/list")
    #expect(page.status == 200 && page.text.contains("was pruned here on 20"))
    #expect(try hub.page("/notes/archive/zip/\(old)/").status == 410)
    #expect(try hub.page("/notes/files/\(old)/").text.contains("list"))
    let commit = try hub.page("/notes/commit/\(old)")
    #expect(commit.status == 200 && commit.text.contains("was pruned here on 20"))
    #expect(try hub.page("/notes/raw/now/list").text == "new\n")
  }
}
