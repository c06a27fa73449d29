/// A text cut into lines, each with its newline; only the last may lack one.
package struct Lines: Sendable {
  /// The text.
  package let bytes: [UInt8]
  private let ends: [UInt32]

  /// Cuts a text, which must be shorter than 4 GiB: nothing reads a larger one into memory.
  package init(_ bytes: [UInt8]) {
    precondition(bytes.count < Int(UInt32.max))
    self.bytes = bytes
    self.ends = bytes.withUnsafeBufferPointer { buffer in
      var ends: [UInt32] = []
      ends.reserveCapacity(buffer.count / 24)
      for index in buffer.indices where buffer[index] == 0x0a { ends.append(UInt32(index + 1)) }
      if let last = buffer.last, last != 0x0a { ends.append(UInt32(buffer.count)) }
      return ends
    }
  }

  /// The number of lines.
  package var count: Int { ends.count }

  /// Returns the range of a line in `bytes`.
  package subscript(line: Int) -> Range<Int> {
    (line == 0 ? 0 : Int(ends[line - 1]))..<Int(ends[line])
  }

  /// Returns the range in `bytes` of a run of lines.
  package func range(of lines: Range<Int>) -> Range<Int> {
    let start = lines.lowerBound == 0 ? 0 : Int(ends[lines.lowerBound - 1])
    return start..<(lines.isEmpty ? start : Int(ends[lines.upperBound - 1]))
  }

  /// The range of each line in `bytes`, in order.
  package var ranges: [Range<Int>] { (0..<count).map { self[$0] } }

  /// Returns the bytes of a line.
  package func line(_ index: Int) -> ArraySlice<UInt8> { bytes[self[index]] }

  /// Says whether the last line has a newline; true for a text without lines.
  package var endsInNewline: Bool { bytes.last.map { $0 == 0x0a } ?? true }
}

/// A run of lines that differ: lines `left` of one text are lines `right` of the other.
package struct Hunk: Hashable, Sendable {
  /// The lines that are replaced.
  package let left: Range<Int>
  /// What replaces them.
  package let right: Range<Int>

  /// Pairs two runs.
  package init(left: Range<Int>, right: Range<Int>) {
    self.left = left
    self.right = right
  }
}
