internal import FsyncCore
internal import FsyncSystem

/// Runs system calls on a path, and names it in what they throw.
func calling<Value: ~Copyable>(
  _ path: [UInt8], _ body: () throws(SystemError) -> Value
) throws(RepositoryError) -> Value {
  do throws(SystemError) { return try body() } catch { throw .system(error, path: path) }
}
