extension [UInt8] {
  /// Says whether these bytes come before others, or are a beginning of them.
  ///
  /// Merges of large folders order names and paths by the million: eight bytes at a time.
  func precedes(_ other: [UInt8]) -> Bool {
    withUnsafeBytes { left in
      other.withUnsafeBytes { right in
        let count = Swift.min(left.count, right.count)
        var index = 0
        while index + 8 <= count {
          let ours = left.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          let theirs = right.loadUnaligned(fromByteOffset: index, as: UInt64.self)
          if ours != theirs { return ours.bigEndian < theirs.bigEndian }
          index += 8
        }
        while index < count {
          if left[index] != right[index] { return left[index] < right[index] }
          index += 1
        }
        return left.count < right.count
      }
    }
  }
}
