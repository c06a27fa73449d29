import FsyncCore

extension Store {
  /// Calls back for each transaction, newest first, until told to stop.
  ///
  /// - Parameter body: returns whether to go on.
  package func forEachOperation(_ body: (OperationRecord) -> Bool) throws(StoreError) {
    let live = try refresh()
    let bodies = try live.journal.bodies(bootID: host.bootID)
    for decoded in bodies.reversed() {
      // The checkpoint that begins a later journal repeats what is known; it did nothing.
      if decoded.isCheckpoint, decoded.body.serial != 1 { continue }
      guard body(OperationRecord(decoded.body)) else { return }
    }
    var next = live.position.state.log
    while let id = next {
      let object: OperationObject
      do throws(ObjectError) {
        let bytes = try bytes(id, .operation)
        do throws(DecodeError) { object = try OperationObject(decoding: bytes) } catch {
          throw .malformed(id, error)
        }
      } catch { throw .object(error) }
      for encoded in object.bodies.reversed() {
        guard let decoded = try? TransactionBody(decoding: encoded) else {
          throw .object(.malformed(id, .notCanonical))
        }
        guard body(OperationRecord(decoded)) else { return }
      }
      next = object.previous
    }
  }

  /// The newest operations, newest first.
  package func operations(atMost count: Int = .max) throws(StoreError) -> [OperationRecord] {
    var result: [OperationRecord] = []
    try forEachOperation { record in
      if result.count < count { result.append(record) }
      return result.count < count
    }
    return result
  }
}

extension Journal {
  /// Reads all transactions again, oldest first.
  func bodies(
    bootID: [UInt8]
  ) throws(StoreError) -> [(body: TransactionBody, isCheckpoint: Bool)] {
    var result: [(body: TransactionBody, isCheckpoint: Bool)] = []
    try walk(bootID: bootID) { _, body in result.append((body, result.isEmpty)) }
    return result
  }
}
