internal import CFsync
internal import Glibc

/// The kinds of call that a fault plan can choose, and that an error names.
package enum SystemCall: Int32, Hashable, Sendable, CaseIterable {
  case open = 0
  case read, write, seek, stat, list, sync, syncFolder, rename, link, unlink, makeDirectory
  case removeDirectory, symlink, readLink, setMode, setTimes, truncate, map, lock, pipe, poll
  case thread, random
}

/// A system call that failed.
package struct SystemError: Error, Hashable, Sendable {
  /// What was called.
  package let call: SystemCall
  /// The error number.
  package let code: Int32

  /// Makes an error of a call and a number.
  package init(_ call: SystemCall, code: Int32) {
    self.call = call
    self.code = code
  }

  /// Makes an error of the calling thread's current error number.
  init(_ call: SystemCall) {
    self.init(call, code: errno)
  }

  /// Says whether there is no such file: ENOENT or ENOTDIR.
  package var isAbsent: Bool { code == ENOENT || code == ENOTDIR }
  /// Says whether the disk failed: EIO.
  package var isInputOutput: Bool { code == EIO }
  /// Says whether the disk or a quota is full.
  package var isFull: Bool { code == ENOSPC || code == EDQUOT }
  /// Says whether permission is missing.
  package var isDenied: Bool { code == EACCES || code == EPERM || code == EROFS }
  /// Says whether the name is taken.
  package var isPresent: Bool { code == EEXIST || code == ENOTEMPTY }
  /// Says whether the path is a symlink where none may be.
  package var isSymlink: Bool { code == ELOOP }
  /// Says whether a lock or resource is held by another.
  package var isBusy: Bool { code == EWOULDBLOCK || code == EAGAIN }
  /// Says whether the other end of a pipe or connection has gone.
  package var isDisconnected: Bool { code == EPIPE || code == ECONNRESET }
  /// Says whether time ran out.
  package var isTimeout: Bool { code == ETIMEDOUT }
  /// Says whether a rename would cross from one file system to another.
  package var isOtherFileSystem: Bool { code == EXDEV }
  /// Says whether the call or this form of it is not to be had here.
  package var isUnsupported: Bool {
    code == EINVAL || code == ENOSYS || code == EOPNOTSUPP || code == ENOTTY
  }
  /// Says whether the file system cannot hold such a name: EINVAL or EILSEQ.
  package var isNameRefused: Bool { code == EINVAL || code == EILSEQ }
  /// Says whether a directory is where none may be.
  package var isDirectory: Bool { code == EISDIR }
  /// Says whether the directory still holds something.
  package var isNotEmpty: Bool { code == ENOTEMPTY || code == EEXIST }
  /// Says whether a name is too long for the file system.
  package var isNameTooLong: Bool { code == ENAMETOOLONG }

  /// The C library's words for the error number.
  package var message: String { String(cString: strerror(code)) }
}

/// Lets tests make calls fail: the seam through which every wrapped call goes.
package enum Faults {
  /// Throws what a plan injects into a call of this kind.
  @inline(__always)
  static func check(_ call: SystemCall) throws(SystemError) {
    let code = cfsync_fault(call.rawValue)
    if code != 0 { throw SystemError(call, code: code) }
  }

  /// Runs a body during which the calling thread, and the workers it starts, meet faults.
  /// - Parameters:
  ///   - call: the kind of call to fail; nil for every kind.
  ///   - passing: how many such calls succeed first.
  ///   - code: the error number to inject.
  ///   - repeating: whether all later ones fail too.
  /// - Returns: the body's value, and whether the fault was met.
  package static func injecting<Value, Failure: Error>(
    _ call: SystemCall?, after passing: Int, code: Int32, repeating: Bool = false,
    _ body: () throws(Failure) -> Value
  ) throws(Failure) -> (value: Value, met: Bool) {
    let plan = UnsafeMutablePointer<cfsync_fault_plan>.allocate(capacity: 1)
    plan.initialize(
      to: cfsync_fault_plan(
        call: call?.rawValue ?? -1, error: code, countdown: Int64(passing),
        repeat: repeating ? 1 : 0))
    cfsync_set_thread_plan(plan)
    defer {
      cfsync_set_thread_plan(nil)
      plan.deallocate()
    }
    let value = try body()
    return (value, plan.pointee.countdown < 0)
  }

  /// Installs a plan for the process from text: `CALL:COUNT:ERRNO`, where CALL is a case's name or
  /// `any`, and ERRNO a number, `kill`, or `interrupt`, which is as if a person pressed Ctrl-C.
  ///
  /// Tests of the built command use it.
  package static func install(_ text: String) {
    let parts = text.split(separator: ":")
    guard parts.count == 3, let count = Int64(parts[1]) else { return }
    let call = SystemCall.allCases.first { "\($0)" == parts[0] }
    let plan = UnsafeMutablePointer<cfsync_fault_plan>.allocate(capacity: 1)
    plan.initialize(
      to: cfsync_fault_plan(
        call: call?.rawValue ?? -1,
        error: Int32(parts[2]) ?? (parts[2] == "interrupt" ? Int32(CFSYNC_FAULT_INTERRUPT) : 0),
        countdown: count, repeat: Int32(parts[2]) == nil ? 0 : 1))
    cfsync_set_process_plan(plan)
  }
}

/// Runs a call again as long as a signal interrupts it; throws its error number otherwise.
@inline(__always)
func checked(
  _ call: SystemCall, _ body: () -> Int32
) throws(SystemError) -> Int32 {
  try Faults.check(call)
  while true {
    let result = body()
    if result >= 0 { return result }
    if errno != EINTR { throw SystemError(call) }
  }
}

/// As `checked`, for calls that return a size.
@inline(__always)
func checkedSize(_ call: SystemCall, _ body: () -> Int) throws(SystemError) -> Int {
  try Faults.check(call)
  while true {
    let result = body()
    if result >= 0 { return result }
    if errno != EINTR { throw SystemError(call) }
  }
}

/// Lends bytes as a NUL-terminated string.
///
/// Bytes with a NUL inside are refused with EINVAL.
@inline(__always)
func withCString<Value>(
  _ call: SystemCall, _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) throws(SystemError) -> Value
) throws(SystemError) -> Value {
  guard !bytes.contains(0) else { throw SystemError(call, code: EINVAL) }
  var terminated = bytes
  terminated.append(0)
  // The closure of withUnsafeBufferPointer cannot throw a typed error, hence the detour.
  let result: Result<Value, SystemError> = terminated.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return .failure(SystemError(call, code: EINVAL)) }
    return base.withMemoryRebound(to: CChar.self, capacity: buffer.count) { pointer in
      do throws(SystemError) { return .success(try body(pointer)) } catch { return .failure(error) }
    }
  }
  return try result.get()
}
