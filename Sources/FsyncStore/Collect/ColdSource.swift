import FsyncCore
import FsyncSystem

/// A file whose objects a collection writes anew: a pack, or a journal up to a position.
struct ColdSource: Sendable {
  let index: ObjectIndex
  private let file: SharedFile
  let path: [UInt8]
  private let source: UInt64

  /// All objects of a pack.
  init(_ pack: Pack) {
    index = pack.index
    file = pack.file
    path = pack.path
    source = pack.source
  }

  /// The objects of a journal's frames; nil where there are none.
  init?(_ journal: Journal, _ contents: JournalContents) {
    var builder = IndexBuilder(firstFrameAt: UInt64(FileHeader.length))
    for frame in contents.frames {
      builder.append(
        frame.objects, hasPrefix: frame.hasPrefix, at: frame.offset, length: frame.length)
    }
    guard !contents.frames.isEmpty,
      let index = ObjectIndex(owning: builder.encoded(at: 0, name: journal.name))
    else { return nil }
    self.index = index
    file = journal.file
    path = journal.path
    source = journal.source
  }

  /// Where an object of the file lies; nil where the index does not say.
  func place(of slot: Slot) -> Place? {
    index.range(ofFrame: slot.frame).map {
      Place(
        source: source, file: file, path: path, range: $0, slot: slot,
        index: slot.isCold ? index : nil)
    }
  }
}
