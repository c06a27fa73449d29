import FsyncCore
import FsyncSystem
import Synchronization

/// Numbers of the files that frames are read from.
enum FrameSource {
  private static let counter = Atomic<UInt64>(0)

  /// A number that no other file of the process has.
  static func next() -> UInt64 {
    counter.wrappingAdd(1, ordering: .relaxed).newValue
  }

  /// The number of a file in which no frame is ever changed, the same whenever it is opened: so
  /// all who open it share what a cache has of it.
  ///
  /// Made of its random name and of the place that it has on the disk, since a copy of a
  /// repository has files of the same names, which may grow apart.
  static func number(named name: [UInt8], _ file: borrowing File) -> UInt64 {
    guard let stat = try? file.stat() else { return next() }
    var bytes = name
    for number in [stat.device, stat.inode] {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return Checksum.xxh3(bytes)
  }
}

/// A place at which an object lies.
struct Place: Sendable {
  /// The file's number in this process.
  let source: UInt64
  let file: SharedFile
  let path: [UInt8]
  /// The range in which the frame lies; it may be longer.
  let range: Range<UInt64>
  let slot: Slot
  /// The index of the pack, where the frame is a cold one.
  var index: ObjectIndex? = nil

  /// Reads the frame's stored bytes, and not what may follow them.
  func frameBytes() throws(ObjectError) -> [UInt8]? {
    // Nothing longer is a frame, whatever an index says.
    let bound = Limits.frame + Limits.frame / 128 + Frame.maximumTable + 2048
    do throws(SystemError) {
      var bytes = try file.file.read(min(range.count, bound), at: range.lowerBound)
      let length = bytes.withUnsafeBytes { try? Frame.head(of: $0).frameLength }
      guard let length, length <= bytes.count else { return nil }
      bytes.removeLast(bytes.count - length)
      return bytes
    } catch { throw .system(error.code) }
  }
}

/// Where an object lies, for reading many in the order of their places.
package struct ObjectLocation: Hashable, Comparable, Sendable {
  /// The number of the file in this process.
  package let source: UInt64
  /// Where the frame begins in the file.
  package let offset: UInt64
  /// Its number among the objects of the frame.
  package let position: Int

  /// Where nothing lies.
  static let nowhere = ObjectLocation(source: 0, offset: 0, position: 0)

  /// Orders by file, then by place in it: objects of one frame are neighbours.
  package static func < (left: ObjectLocation, right: ObjectLocation) -> Bool {
    if left.source != right.source { return left.source < right.source }
    if left.offset != right.offset { return left.offset < right.offset }
    return left.position < right.position
  }

  /// Says whether two objects lie in one frame.
  package func isInFrame(of other: ObjectLocation) -> Bool {
    source == other.source && offset == other.offset
  }
}
