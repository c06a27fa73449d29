import Glibc
import TestSupport
import Testing

/// Stores that older programs wrote are read for ever: each version of the format has a fixture,
/// made once by `Tests/Fixtures/make.sh` and never replaced.
@Suite struct FormatTests {
  private static let fixtures = [
    #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(2)
      .joined(separator: "/"), "Fixtures",
  ].joined(separator: "/")

  private static let versions = ["format-1", "format-1-pruned"]

  private func machine(with version: String) throws -> Machine {
    let machine = try Machine()
    try machine.shell("tar -xf '\(Self.fixtures)/\(version).tar'", at: "").expect()
    return machine
  }

  @Test(arguments: versions) func readsEverything(version: String) throws {
    let machine = try machine(with: version)
    let shown = try machine.shell(
      "sh '\(Self.fixtures)/show.sh' \"$FSYNC\" \(version)", at: ""
    ).expect()
    let wanted = try machine.shell("cat '\(Self.fixtures)/\(version).txt'", at: "").expect()
    #expect(shown.text == wanted.text)
  }

  @Test(arguments: versions) func worksOn(version: String) throws {
    let machine = try machine(with: version)
    try machine.fsync("clone", "-q", version, "lap", at: "").expect(2)
    try machine.write("lap/new", "written today\n")
    try machine.fsync("commit", "-q", "-m", "new", at: "lap").expect()
    try machine.fsync("sync", "-q", at: "lap").expect(2)
    try machine.fsync("gc", "-q", at: version).expect()
    try machine.fsync("fsck", "-q", at: version).expect()
    #expect(try machine.fsync("cat", "new", at: version).expect().text == "written today\n")
  }
}
