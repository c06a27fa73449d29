internal import ArgumentParser
import FsyncRepo

struct Check: Command {
  static let configuration = CommandConfiguration(
    commandName: "fsck", abstract: "Verify everything that is stored.",
    discussion: """
      Every frame's checksum, every object's hash, and every reference. It reads the whole store \
      and changes nothing; the status is 6 where something is damaged.
      """)

  @Flag(help: "References only; content is not read.")
  var quick = false

  @OptionGroup var report: ReportOptions
  @OptionGroup(title: "Global options") var global: GlobalOptions

  static let endsAtOnce = true

  func run(_ tool: Tool) throws(RepositoryError) {
    let found = try tool.open().check(quick: quick)
    if report.json {
      tool.output.document([
        "sound": .boolean(found.isSound), "frames": .integer(found.frames),
        "objects": .integer(found.objects),
        "damages": .array(found.damages.map { .string($0) }), "missing": .ids(found.missing),
      ])
    } else {
      for damage in found.damages { tool.output.line(NameText.line(Array(damage.utf8))) }
      if found.isSound {
        let frames = Figures.count(found.frames, "frame")
        tool.say("\(frames) and \(Figures.count(found.objects, "object")) verified: all is well")
      }
    }
    guard !found.isSound else { return }
    tool.fail(
      ErrorText(
        "\(Figures.count(max(found.damages.count, found.missing.count), "damage")) found",
        hint: "the folder's files are not concerned; a clone of another replica has what is "
          + "missing here", status: .damaged))
  }
}
