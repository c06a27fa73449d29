import FsyncRepo
import TestSupport
import Testing

@Suite struct ConfigurationFileTests {
  @Test(
    "what is no document is an error on a line, and ends no process",
    arguments: [
      ("[////a/", 1), ("[", 1), ("a = 1\n[ [x]]", 2), ("[\u{a0}x]", 1), ("x = [ } ]", 1),
      ("\n\nx = { a = [ 1 }", 3), ("x = [\u{b}1]", 1), ("x = 1\ry = 2", 1), ("x = [\u{2028}]", 1),
      ("\u{feff}[/]", 1), ("\u{e9} = 1", 1), ("x = \u{85}", 1), ("x = 07:3a:00", 1),
      ("x = [1979-05-2]", 1), ("x = 1979-05-27T07:32:00Zz", 1),
      ("x = 1:2", 1), ("x = -1:2", 1),
    ])
  func trouble(text: String, line: Int) {
    do throws(RepositoryError) {
      _ = try ConfigurationFile(path: [0x63], bytes: Array(text.utf8))
      Issue.record("accepted")
    } catch {
      guard case .configuration(_, line, _) = error else {
        Issue.record("\(error)")
        return
      }
    }
  }

  @Test(
    "what only looks like it is read",
    arguments: [
      "# [/ } \u{e9}\nuser.name = \"\u{e9} [ }\"", "x = [ [1], { a = \"]\" } ]",
      "[\"/\"]\n['x'.y]\n",
      "x = \"\"\"\n[/\n}\"\"\"\r\n\ty = 1", "[ a . b ]\n[[ c ]]",
      "x = [1979-05-27, 1979-05-27T07:32:00.5-08:00, 1979-05-27 07:32:00Z, 07:32:00, 1e-7, -1]",
      "x = { 1-2 = 3 } # 1:2", "\u{feff}[a]",
    ])
  func noTrouble(text: String) throws {
    _ = try ConfigurationFile(path: [0x63], bytes: Array(text.utf8))
  }
}
