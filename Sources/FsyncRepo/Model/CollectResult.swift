/// What `gc` did, or would do.
package struct CollectResult: Sendable {
  /// Objects dropped.
  package var objectsDropped = 0
  /// Objects that were compressed anew.
  package var objectsRewritten = 0
  /// Bytes of store before.
  package var bytesBefore: UInt64 = 0
  /// Bytes of store after.
  package var bytesAfter: UInt64 = 0

  /// Makes an empty result.
  package init() {}

  /// Makes the result of nothing to do in a store of a size in bytes.
  package init(unchanged size: UInt64) {
    bytesBefore = size
    bytesAfter = size
  }

  /// Says whether nothing was done.
  package var isUnchanged: Bool {
    objectsDropped == 0 && objectsRewritten == 0 && bytesBefore == bytesAfter
  }
}
