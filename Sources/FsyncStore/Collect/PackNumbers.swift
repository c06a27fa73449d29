import FsyncCore

/// The numbers of a cold pack's objects, as far as they are known, for what names them.
///
/// One thread sets them; after that any number may ask.
final class PackNumbers: @unchecked Sendable {
  // @unchecked: nothing is written while more than one thread has it.
  private let marking: Marking
  private var bits: [UInt64]
  private let shift: UInt64

  /// Makes the numbers of a pack that will hold so many objects.
  init(_ marking: Marking, count: Int) {
    self.marking = marking
    // Eight bits an object, so that one look in eight is in vain.
    var log: UInt64 = 10
    while log < 36, 1 << log < count * 8 { log += 1 }
    shift = 64 - log
    bits = [UInt64](repeating: 0, count: 1 << Int(log - 6))
  }

  /// Gives an object its number.
  func set(_ number: Int, _ id: ObjectID, note: Int) {
    marking.notes.setPackNumber(note, to: number)
    let bit = id.prefix64 >> shift
    bits[Int(bit >> 6)] |= 1 << (bit & 63)
  }

  /// Shortens the ids in an object's bytes.
  func shorten(_ bytes: [UInt8]) -> [UInt8] {
    bits.withUnsafeBufferPointer { bits in
      IDCoding.shorten(
        bytes,
        mayBeKnown: { prefix in
          let bit = prefix >> shift
          return bits[Int(bit >> 6)] & 1 << (bit & 63) != 0
        },
        ordinal: { id in
          marking.number(of: id).flatMap { marking.notes.packNumber($0) }
        })
    }
  }
}
