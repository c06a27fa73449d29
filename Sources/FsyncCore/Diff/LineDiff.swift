/// Compares texts by lines.
///
/// Law: replacing the left lines of every hunk by its right lines makes one text the other; two
/// hunks are separated by at least one common line. Time and memory are bounded for any input.
package enum LineDiff {
  /// How partners are chosen where several choices are possible.
  package enum Algorithm: Sendable {
    /// Around the rarest lines first: what people find most readable.
    case histogram
    /// Fewest lines first, with the choices that git makes.
    case myers
  }

  /// Steps that a comparison may take: half a second or so.
  package static let standardBudget = 1 << 28

  /// Returns the runs of lines that differ, in order.
  /// - Parameter budget: the steps that may be taken; what they do not suffice for is replaced
  ///   as a whole.
  package static func hunks(
    _ a: Lines, _ b: Lines, algorithm: Algorithm = .histogram, budget: Int = standardBudget
  ) -> [Hunk] {
    var table = LineTable()
    let left = table.numbers(of: a)
    let right = table.numbers(of: b)
    return hunks(left, right, classes: table.count, algorithm: algorithm, budget: budget)
  }

  /// Returns the runs that differ between two texts as line numbers.
  static func hunks(
    _ left: [Int32], _ right: [Int32], classes: Int, algorithm: Algorithm,
    budget: Int = standardBudget
  ) -> [Hunk] {
    var comparison = Comparison(left, right, classes: classes, budget: budget)
    switch algorithm {
    case .histogram: comparison.runHistogram()
    case .myers: comparison.runMyers(comparison.whole)
    }
    comparison.compact()
    return comparison.hunks
  }

  /// Returns what hunks make of a text.
  package static func apply(_ hunks: [Hunk], to a: Lines, from b: Lines) -> [UInt8] {
    var result: [UInt8] = []
    var line = 0
    for hunk in hunks {
      result += a.bytes[a.range(of: line..<hunk.left.lowerBound)]
      result += b.bytes[b.range(of: hunk.right)]
      line = hunk.left.upperBound
    }
    return result + a.bytes[a.range(of: line..<a.count)]
  }
}
