import FsyncCore
import FsyncRepo

extension Tool {
  /// How many files and commits of harm are told one by one.
  private static let shownHarm = 20

  /// Prints what verification found, and what it means.
  func show(_ found: CheckReport, isQuick: Bool) {
    for damage in found.damages { output.line(NameText.line(Array(damage.utf8))) }
    guard !found.isSound else {
      let frames = Figures.count(found.frames, "frame")
      let objects = Figures.count(found.objects, "object")
      let what = isQuick ? "\(frames) with \(objects)" : "\(frames) and \(objects)"
      return say("\(what) verified: all is well")
    }
    if !found.missing.isEmpty { show(found.harm) }
    if found.missing.isEmpty, !isQuick {
      say("nothing is lost: everything that commits need can still be read")
    }
  }

  private func show(_ harm: Harm) {
    for id in harm.lostCommits.prefix(Tool.shownHarm) {
      output.line("commit \(id) cannot be read, nor can what only it leads to be checked")
    }
    for item in harm.items.prefix(Tool.shownHarm) {
      let name = item.path.isEmpty ? "what belongs to the whole commit" : NameText.quoted(item.path)
      let others = item.commits > 1 ? " and \(Figures.count(item.commits - 1, "other"))" : ""
      output.line("\(name) cannot be restored from commit \(item.commit)\(others)")
    }
    let more = harm.items.count - Tool.shownHarm
    if more > 0 || harm.isCut {
      let count = Figures.count(max(more, 1), "more path")
      output.line("and so for \(count)\(harm.isCut ? " or more" : "")")
    }
    if harm.commits > 0 {
      say(
        "\(harm.wholeCommits) of \(Figures.count(harm.commits, "commit")) can be "
          + "restored whole")
    }
  }

  /// Prints what a repair did.
  func show(_ result: RepairReport) {
    say("fetched \(Figures.count(result.fetched.count, "object"))")
    if !result.lacking.isEmpty {
      say("the remote does not have \(Figures.count(result.lacking.count, "object")) whole either")
    }
  }
}

extension CheckReport {
  /// The report as scripts read it.
  var json: JSON { .object(fields) }

  fileprivate var fields: [JSON.Field] {
    [
      JSON.Field("sound", .boolean(isSound)), JSON.Field("frames", .integer(frames)),
      JSON.Field("objects", .integer(objects)),
      JSON.Field("damages", .array(damages.map { .string($0) })),
      JSON.Field("missing", .ids(missing)), JSON.Field("harm", harm.json),
    ]
  }
}

extension Harm {
  fileprivate var json: JSON {
    [
      "commits": .integer(commits), "wholeCommits": .integer(wholeCommits),
      "lostCommits": .ids(lostCommits), "complete": .boolean(!isCut),
      "items": .array(
        items.map { item in
          [
            "path": item.path.isEmpty ? .null : .name(item.path), "commit": .id(item.commit),
            "commits": .integer(item.commits),
          ]
        }),
    ]
  }
}

extension RepairReport {
  /// The report as scripts read it: what is found now, and what was done.
  var json: JSON {
    .object(
      after.fields + [
        JSON.Field("damagesBefore", .array(before.damages.map { .string($0) })),
        JSON.Field("fetched", .ids(fetched)), JSON.Field("lacking", .ids(lacking)),
      ])
  }
}
