extension Comparison {
  /// Lines that occur more often than this in a region do not anchor a match.
  private static let maximumOccurrences: Int32 = 64

  /// Where each line number occurs in the left side of a region, and how often.
  private struct Occurrences {
    var first: [Int32]
    var next: [Int32]
    var count: [Int32]

    init(lines: Int, classes: Int) {
      first = [Int32](repeating: -1, count: classes)
      next = [Int32](repeating: -1, count: lines)
      count = [Int32](repeating: 0, count: classes)
    }

    mutating func index(_ lines: [Int32], _ range: Range<Int>) {
      for line in range.reversed() {
        let number = Int(lines[line])
        next[line] = first[number]
        first[number] = Int32(line)
        count[number] += 1
      }
    }

    mutating func forget(_ lines: [Int32], _ range: Range<Int>) {
      for line in range {
        first[Int(lines[line])] = -1
        count[Int(lines[line])] = 0
      }
    }
  }

  /// Marks what differs by splitting each region at its best common run.
  ///
  /// That is the one with the rarest line, and of those the longest. A region whose common lines are all frequent goes to Myers.
  mutating func runHistogram() {
    var occurrences = Occurrences(lines: left.count, classes: classes)
    var open = [whole]
    while let next = open.popLast() {
      let region = trimmed(next)
      guard !region.left.isEmpty, !region.right.isEmpty, budget > 0 else {
        mark(region)
        continue
      }
      occurrences.index(left, region.left)
      let (run, hasCommon) = bestRun(in: region, occurrences)
      occurrences.forget(left, region.left)
      budget -= region.left.count + region.right.count
      if let run {
        open.append(
          Region(
            left: region.left.lowerBound..<run.left.lowerBound,
            right: region.right.lowerBound..<run.right.lowerBound))
        open.append(
          Region(
            left: run.left.upperBound..<region.left.upperBound,
            right: run.right.upperBound..<region.right.upperBound))
      } else if hasCommon {
        runMyers(region)
      } else {
        mark(region)
      }
    }
  }

  /// Returns the best common run of a region, and whether it has any common line at all.
  private mutating func bestRun(
    in region: Region, _ occurrences: Occurrences
  ) -> (run: Region?, hasCommon: Bool) {
    var best: Region?
    var rarity = Comparison.maximumOccurrences
    var hasCommon = false
    var line = region.right.lowerBound
    while line < region.right.upperBound {
      var following = line + 1
      let number = Int(right[line])
      let count = occurrences.count[number]
      if count > 0 { hasCommon = true }
      var partner = count > 0 && count <= rarity ? Int(occurrences.first[number]) : -1
      while partner >= 0 {
        let run = self.run(around: partner, line, in: region)
        budget -= run.left.count
        guard budget > 0 else { return (best, hasCommon) }
        var rarest = Int32.max
        for member in run.left { rarest = min(rarest, occurrences.count[Int(left[member])]) }
        following = max(following, run.right.upperBound)
        if rarest < rarity || run.left.count > (best?.left.count ?? 0) {
          best = run
          rarity = rarest
        }
        // A further occurrence inside this run could only find a shifted piece of it.
        repeat {
          partner = Int(occurrences.next[partner])
        } while partner >= 0 && partner < run.left.upperBound
      }
      line = following
    }
    return (best, hasCommon)
  }

  /// Extends a pair of equal lines to the longest common run around it.
  private func run(around partner: Int, _ line: Int, in region: Region) -> Region {
    var (start, otherStart) = (partner, line)
    while start > region.left.lowerBound, otherStart > region.right.lowerBound,
      left[start - 1] == right[otherStart - 1]
    {
      start -= 1
      otherStart -= 1
    }
    var (end, otherEnd) = (partner + 1, line + 1)
    while end < region.left.upperBound, otherEnd < region.right.upperBound,
      left[end] == right[otherEnd]
    {
      end += 1
      otherEnd += 1
    }
    return Region(left: start..<end, right: otherStart..<otherEnd)
  }
}
