internal import ArgumentParser
import FsyncSystem

/// When output is coloured.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
  case auto, always, never
}

/// Colours for a terminal, or none.
struct Style: Sendable {
  /// What a piece of text is.
  enum Role: String {
    case good = "32"
    case bad = "31"
    case note = "33"
    case place = "36"
    case strong = "1"
    case weak = "2"
  }

  /// Whether texts are coloured.
  let isColored: Bool

  /// Decides: the flag goes over the configuration, and `auto` colours only on a terminal whose
  /// user has not asked for none (`NO_COLOR`, `TERM=dumb`).
  init(_ choice: ColorChoice, descriptor: Int32 = 1) {
    switch choice {
    case .always: isColored = true
    case .never: isColored = false
    case .auto:
      let refuses = !(Host.environment("NO_COLOR") ?? []).isEmpty
      let isDumb = Host.environment("TERM") == Array("dumb".utf8)
      isColored = !refuses && !isDumb && Host.isTerminal(descriptor)
    }
  }

  /// The text as its role looks.
  func callAsFunction(_ text: String, _ role: Role) -> String {
    isColored ? "\u{1b}[\(role.rawValue)m\(text)\u{1b}[0m" : text
  }

  /// Bytes as their role looks; none leaves them as they are.
  func bytes(_ bytes: [UInt8], _ role: Role?) -> [UInt8] {
    guard isColored, let role else { return bytes }
    return Array("\u{1b}[\(role.rawValue)m".utf8) + bytes + Array("\u{1b}[0m".utf8)
  }
}
