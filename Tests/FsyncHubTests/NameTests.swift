import FsyncHub
import Testing

@Suite struct NameTests {
  @Test(arguments: ["photos", "a", "A.b-c_d", "2024", String(repeating: "x", count: 100)])
  func accepted(text: String) {
    #expect(RepositoryName(text)?.text == text)
  }

  @Test(
    arguments: [
      "", ".", "..", ".hub", "-x", "_x", "a/b", "a b", "a\n", "é", "a%2f", "a\0",
      String(repeating: "x", count: 101), "metrics", "healthz", "Metrics", "favicon.ico",
    ])
  func refused(text: String) {
    #expect(RepositoryName(text) == nil)
  }
}
