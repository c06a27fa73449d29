package import FsyncSystem

extension Store {
  /// Takes the lock of a sync: one at a time, and before any other lock.
  /// - Parameter seconds: how long to wait at most.
  /// - Returns: the lock; nil where another sync still holds it.
  package func lockSync(waiting seconds: Double = 0) throws(StoreError) -> LockFile? {
    try acquire(Layout.sync, waiting: seconds)
  }

  /// Takes the lock of the working tree: from a scan to its transaction, or to write a view.
  ///
  /// After the lock of a sync, before a transaction.
  /// - Parameter seconds: how long to wait at most; nil for ever.
  /// - Returns: the lock; nil where another still holds it.
  package func lockTree(waiting seconds: Double? = nil) throws(StoreError) -> LockFile? {
    try acquire(Layout.tree, waiting: seconds)
  }

  func acquire(_ name: [UInt8], waiting seconds: Double?) throws(StoreError) -> LockFile? {
    let path = Layout.path(folder, name)
    return try naming(path) { () throws(SystemError) in
      try LockFile.acquire(path, waiting: seconds)
    }
  }
}
