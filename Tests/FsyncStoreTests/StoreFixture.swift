import FsyncCore
import FsyncStore
import FsyncSystem
import TestSupport

/// A refusal that tests throw from a transaction's body.
struct Refusal: Error, Equatable {}

/// A machine whose clock stands still and whose randomness is a seed's.
func host(seed: UInt64 = 1, seconds: Int64 = 1_700_000_000, boot: String = "boot") -> StoreHost {
  let generator = SeededBytes(seed: seed)
  return StoreHost(
    now: { Timestamp(seconds: seconds) }, random: { generator.bytes($0) },
    bootID: Array(boot.utf8))
}

/// Random bytes of a seed, from any thread.
final class SeededBytes: Sendable {
  private let state: LockedGenerator

  init(seed: UInt64) {
    state = LockedGenerator(seed)
  }

  func bytes(_ count: Int) -> [UInt8] { state.bytes(count) }
}

extension Store {
  /// Stores objects in a transaction that also changes the heads.
  func commit(_ contents: [[UInt8]], heads: [ObjectID]? = nil) throws -> [ObjectID] {
    let ingest = try ingest()
    let worker = ingest.worker()
    let ids = try contents.map { try worker.put(.chunk, $0) }
    try worker.finish()
    try transact(ingest) { (state, transaction) throws(Refusal) in
      transaction.command = Array("test".utf8)
      transaction.heads = heads ?? [Digest.object(.commit, Array("\(state.serial)".utf8))]
    }
    return ids
  }
}

func bytes(_ path: String) -> [UInt8] { Array(path.utf8) }
