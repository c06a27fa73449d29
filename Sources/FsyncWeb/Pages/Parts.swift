internal import FsyncArchive
internal import FsyncCore
internal import FsyncHub
internal import FsyncRepo

/// Pieces that several pages have.
enum Parts {
  /// A word of advice or of warning, set apart.
  static func note(@HTMLBuilder _ content: () -> HTML) -> HTML {
    HTML.element(.p, .style("note"), content: content)
  }

  /// Which state a page shows, where it is not the newest one.
  static func state(_ place: Place, _ path: Path) -> HTML {
    guard case .commit = place.state, let commit = place.commit else { return .empty }
    return note {
      "As of commit "
      HTML.element(.a, .href(.repository(place.repository, .commit(commit.id.description)))) {
        HTML.id(commit.id)
      }
      ", "
      HTML.time(commit.commit.time, zone: commit.commit.zone)
      ". "
      HTML.element(.a, .href(.repository(place.repository, .files(.now, path, after: nil)))) {
        "Show it as it is now"
      }
      "."
    }
  }

  /// Commits in a row, as a list.
  static func commits(_ commits: [CommitFacts], of name: RepositoryName) -> HTML {
    HTML.element(.ol, .style("commits")) {
      for commit in commits { HTML.element(.li) { line(commit, of: name) } }
    }
  }

  /// A commit in two lines: why, and who and when.
  @HTMLBuilder static func line(_ facts: CommitFacts, of name: RepositoryName) -> HTML {
    HTML.element(.p, .style("why")) {
      HTML.element(.a, .href(.repository(name, .commit(facts.id.description)))) {
        facts.title.isEmpty ? HTML.element(.em) { "no message" } : HTML.name(facts.title)
      }
    }
    HTML.element(.p, .style("who")) {
      HTML.name(author(facts.commit.author))
      " on "
      HTML.name(facts.commit.replicaName)
      ", "
      HTML.time(facts.commit.time, zone: facts.commit.zone)
      " "
      HTML.id(facts.id)
    }
  }

  /// An author's name without the address, which nobody needs in a list.
  private static func author(_ author: [UInt8]) -> [UInt8] {
    guard let bracket = author.firstIndex(of: UInt8(ascii: "<")), bracket > 1 else { return author }
    let name = author[..<bracket]
    return Array(name.last == 0x20 ? name.dropLast() : name)
  }

  /// Where a folder can be downloaded from.
  static func downloads(_ place: Place, _ path: Path) -> HTML {
    HTML.element(.p, .style("downloads")) {
      "Download this folder: "
      for (index, format) in ArchiveFormat.allCases.enumerated() {
        if index > 0 { ", " }
        HTML.element(.a, .href(.repository(place.repository, .archive(format, place.state, path))))
        {
          "." + format.rawValue
        }
      }
    }
  }

  /// A link to the next page of something.
  static func next(_ text: String, _ address: Address) -> HTML {
    HTML.element(.p, .style("next")) {
      HTML.element(.a, .href(address), .rel("next")) { text }
    }
  }

  /// How many of something, with the number as people write it.
  static func count(_ number: UInt64, _ noun: String, _ plural: String? = nil) -> String {
    var digits = String(number)
    var place = digits.count
    while place > 3 {
      place -= 3
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
    }
    return "\(digits) \(number == 1 ? noun : plural ?? noun + "s")"
  }
}
