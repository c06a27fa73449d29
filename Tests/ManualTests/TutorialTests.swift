import TestSupport
import Testing

/// What the tutorial and the tour of the README tell people to type works, and prints what the
/// tutorial shows.
@Suite struct TutorialTests {
  /// A command of the tutorial, and what it prints there.
  private struct Step {
    let command: String
    var output = ""
  }

  @Test func everyLineOfTheTutorialWorks() throws {
    let home = try TemporaryDirectory()
    var folder = home.path
    // What the page calls a commit, and what it is called in this run.
    var ids: [(page: Substring, actual: Substring)] = []
    for step in try steps() {
      var command = step.command
      for id in ids where command.contains(id.page.prefix(8)) {
        command = command.replacing(id.page.prefix(8), with: id.actual.prefix(8))
      }
      if let target = command.wholeMatch(of: /cd ~\/(\w+)/) {
        folder = home.appending(String(target.1))
        continue
      }
      let output = try shell(command, in: folder, home: home.path)
      #expect(normalized(output) == normalized(step.output), "\(step.command)")
      ids += zip(step.output.matches(of: id), output.matches(of: id)).map { ($0.0, $1.0) }
    }
  }

  @Test func theTourOfTheReadmeWorks() throws {
    let home = try TemporaryDirectory()
    let readme = String(decoding: try Checkout.contents(of: "README.md"), as: UTF8.self)
    let section = try #require(readme.split(separator: "## A tour of five minutes").last)
    let tour = try #require(section.split(separator: "```").dropFirst().first)
    let script = tour.dropFirst(2).replacing("/tmp/tour", with: home.appending("tour"))
    let output = try shell(String(script), in: home.path, home: home.path)
    #expect(!output.contains("error:"), "\(output)")
    #expect(output.hasSuffix("all is well\n"), "\(output)")
  }

  private var id: Regex<Substring> { /\b[0-9a-f]{12,64}\b/ }

  /// The commands of the page: what follows a `$` in its displays.
  private func steps() throws -> [Step] {
    var steps: [Step] = []
    var isDisplayed = false
    for line in try ManualPage("fsync-tutorial.7", keepingBlankLines: true).lines {
      if line.hasPrefix(".Bd") || line.hasPrefix(".Ed") {
        isDisplayed = line == ".Bd -literal"
      } else if isDisplayed, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if isDisplayed, let last = steps.indices.last {
        steps[last].output += line.replacing("\\e", with: "\\") + "\n"
      }
    }
    return steps
  }

  private func shell(_ script: String, in folder: String, home: String) throws -> String {
    let tool = Checkout.tool.split(separator: "/").dropLast().joined(separator: "/")
    let ran = try run(
      "bash", ["-c", "exec 2>&1; PATH=/\(tool):$PATH; \(script)"], directory: folder,
      environment: ["HOME": home])
    return String(decoding: ran.stdout, as: UTF8.self).replacing(home, with: "/home/ada")
  }

  /// A text without what differs from run to run: ids, times, sizes and counts.
  private func normalized(_ text: String) -> String {
    text.replacing(/\b[0-9a-f]{8,64}\b/, with: "ID")
      .replacing(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \+\d{4}/, with: "TIME")
      .replacing(/\d+(\.\d)? (B|KiB)/, with: "SIZE")
      .replacing(/\d+ (object|frame)s?/, with: "COUNT")
      .replacing(/just now|\d seconds? ago/, with: "NOW")
  }
}
