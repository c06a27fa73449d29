import FsyncCore
import FsyncRepo
import FsyncWords

extension Tool {
  /// Tells what looking through a bundle found.
  func say(_ check: BundleCheck, _ file: [UInt8]) {
    let summary = check.summary
    say(
      "\(style(NameText.quoted(file), .strong)): \(Figures.count(summary.commits, "commit")), "
        + "\(Figures.count(summary.objects, "object")), \(Figures.bytes(summary.bytes)), "
        + "made by \(NameText.line(summary.name))")
    if summary.base.isEmpty {
      say("it brings everything")
    } else {
      say("it builds on \(BundleCheck.list(summary.base))")
    }
    if check.unverified > 0 {
      say(
        "what is in \(Figures.count(check.unverified, "frame")) can be told only where that is")
    }
    guard check.isImportable else { return }
    say(
      check.new == 0
        ? "it is intact, and all of it is here"
        : "it is intact, and brings \(Figures.count(check.new, "commit")) that "
          + "\(check.new == 1 ? "is" : "are") not here")
  }

  /// Reports what keeps a bundle from being imported here.
  func report(_ check: BundleCheck) {
    guard !check.isImportable else { return }
    fail(
      ErrorText(
        .lacksBase(check.missing, maker: check.summary.name)))
  }
}

extension BundleCheck {
  /// What was found, for scripts.
  func json(_ file: [UInt8]) -> JSON {
    .object(
      summary.fields(file) + [
        JSON.Field("importable", .boolean(isImportable)), JSON.Field("missing", .ids(missing)),
        JSON.Field("new", .integer(new)),
      ])
  }
}

extension BundleResult {
  /// What was made, for scripts.
  func json(_ file: [UInt8], dryRun: Bool) -> JSON {
    .object(
      summary.fields(file) + [
        JSON.Field("resumed", .integer(resumed)), JSON.Field("committed", commit.changes.json),
        JSON.Field("problems", .array(commit.problems.map(\.json))),
        JSON.Field("dryRun", .boolean(dryRun)),
      ])
  }
}

extension BundleSummary {
  fileprivate func fields(_ file: [UInt8]) -> [JSON.Field] {
    [
      JSON.Field("file", .name(file)),
      JSON.Field("repository", repository.map { .string($0.description) } ?? .null),
      JSON.Field("replica", ["id": .string(replica.description), "name": .name(name)]),
      JSON.Field("heads", .ids(heads)), JSON.Field("base", .ids(base)),
      JSON.Field("commits", .integer(commits)), JSON.Field("objects", .integer(objects)),
      JSON.Field("bytes", .integer(bytes)),
    ]
  }
}
