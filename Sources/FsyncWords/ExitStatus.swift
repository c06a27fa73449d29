/// What a command ends with: the numbers that scripts rely on.
package enum ExitStatus: Int32, Sendable {
  /// Done, and converged.
  case done = 0
  /// Failed, and nothing changed; with `--exit-code`: there are changes.
  case failed = 1
  /// Done, and conflicts or held paths exist.
  case conflicts = 2
  /// Partly done, or a remote cannot be reached: trying again may help.
  case partly = 3
  /// A brake is engaged.
  case brake = 4
  /// Another fsync is at work here.
  case busy = 5
  /// The repository is damaged.
  case damaged = 6
  /// The command line makes no sense.
  case usage = 64
  /// A signal ended the work.
  case interrupted = 130

  /// Of several, the first in this order is the command's.
  private static let order: [ExitStatus] = [
    .interrupted, .usage, .damaged, .busy, .failed, .brake, .partly, .conflicts, .done,
  ]

  /// The one of two that tells.
  package func joined(_ other: ExitStatus) -> ExitStatus {
    ExitStatus.order.first { $0 == self || $0 == other } ?? self
  }
}
