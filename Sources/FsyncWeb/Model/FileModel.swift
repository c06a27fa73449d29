package import FsyncCore

/// A file or link of some state.
package struct FileModel: Sendable {
  /// The state.
  package var place: Place
  /// The file's path.
  package var path: Path
  /// What it is.
  package var entry: Entry
  /// What of it can be shown.
  package var content: Content

  /// What of a file can be shown.
  package enum Content: Sendable {
    /// Text.
    case text([UInt8])
    /// An image that browsers show without running anything.
    case image
    /// Neither.
    case binary
    /// More than a page can show.
    case large
    /// Where a link leads.
    case target([UInt8])
    /// It is not here, in words.
    case absent(String)
  }

  /// The largest text that is shown, in bytes.
  package static let largestText = 512 << 10
  /// The most lines that are shown.
  package static let mostLines = 10_000
  /// The longest part of a line that is shown, in bytes.
  package static let longestLine = 4096

  /// Makes the model.
  package init(place: Place, path: Path, entry: Entry, content: Content) {
    self.place = place
    self.path = path
    self.entry = entry
    self.content = content
  }
}
