import TestSupport

/// A manual page as far as tests compare it with the program.
struct ManualPage {
  /// The lines of the mdoc source.
  let lines: [String]

  /// Reads a page by its file name.
  init(_ name: String, keepingBlankLines: Bool = false) throws {
    let text = String(decoding: try Checkout.contents(of: "man/\(name)"), as: UTF8.self)
    lines = text.split(separator: "\n", omittingEmptySubsequences: !keepingBlankLines)
      .map(String.init)
  }

  /// The lines of a section, or of a subsection of any section.
  func section(_ title: String) -> ArraySlice<String> {
    let headings = ["Sh", "Ss"].map { ".\($0) \(title)" }
    guard let start = lines.firstIndex(where: headings.contains) else { return [] }
    let rest = lines[(start + 1)...]
    // A subsection ends at any heading, a section at the next section.
    let ends = lines[start].hasPrefix(".Ss") ? [".Sh ", ".Ss "] : [".Sh "]
    return rest.prefix { line in !ends.contains { line.hasPrefix($0) } }
  }

  /// The options that are the heads of list items, such as `-q` and `--quiet`.
  func describedOptions(in section: String? = nil) -> Set<String> {
    let lines = section.map(self.section) ?? self.lines[...]
    return Set(lines.filter { $0.hasPrefix(".It Fl ") }.flatMap(ManualPage.options))
  }

  /// The options that the synopsis shows.
  var synopsisOptions: Set<String> { Set(section("SYNOPSIS").flatMap(ManualPage.options)) }

  /// The words that follow a macro at the heads of list items.
  func heads(_ macro: String, in section: String) -> [String] {
    self.section(section).compactMap { line in
      line.hasPrefix(".It \(macro) ") ? String(line.dropFirst(5 + macro.count)) : nil
    }
  }

  /// The options in a line: `Fl q` is `-q`, `Fl -quiet` is `--quiet`.
  private static func options(_ line: String) -> [String] {
    let words = line.split(separator: " ").map(String.init)
    return zip(words, words.dropFirst()).compactMap { macro, word in
      // `Fl -` stands for the end of options, which is none.
      macro.hasSuffix("Fl") && word != "-" ? "-\(word)" : nil
    }
  }
}
