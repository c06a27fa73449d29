/// The level at which one worker compresses, by what its time goes into.
///
/// Where the worker waits for the disk, its processor has time to spare: each level up writes less.
/// Where the processor is what there is too little of, the level falls back to the lowest.
package struct AdaptiveLevel: Hashable, Sendable {
  /// The level of a worker that need not wait.
  package static let lowest: Int32 = 1
  /// Where the gain of another level gets small, and its cost large.
  package static let highest: Int32 = 9
  /// How many hand-overs lie between two decisions.
  static let step = 4
  /// How much of what was before counts at the next decision: waits come in bursts.
  static let memory = 0.75

  /// The level for what comes next.
  package private(set) var level = AdaptiveLevel.lowest
  private var notes = 0
  private var busy = 0.0
  private var waited = 0.0

  /// Begins at the lowest level.
  package init() {}

  /// Notes the time that went into one hand-over, and what was done before it.
  /// - Parameters:
  ///   - busy: seconds of processor time.
  ///   - waited: seconds in which the worker could do nothing.
  package mutating func note(busy: Double, waited: Double) {
    notes += 1
    self.busy += max(busy, 0)
    self.waited += max(waited, 0)
    guard notes == AdaptiveLevel.step else { return }
    // Between the two bounds the level stays, lest it move to and fro.
    if self.waited > self.busy {
      level = min(level + 1, AdaptiveLevel.highest)
    } else if self.waited * 4 < self.busy {
      level = max(level - 1, AdaptiveLevel.lowest)
    }
    notes = 0
    self.busy *= AdaptiveLevel.memory
    self.waited *= AdaptiveLevel.memory
  }
}
