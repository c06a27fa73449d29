internal import CFsync
internal import Glibc

/// Owns one descriptor, which closes exactly once because it cannot be copied.
package struct File: ~Copyable, Sendable {
  /// The descriptor, for calls that lend it.
  package let descriptor: Int32

  /// Takes over a descriptor.
  package init(owning descriptor: Int32) {
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }

  /// How a file is opened.
  package enum Access: Sendable {
    /// To read; symlinks are followed.
    case read
    /// To read; a last symlink is refused with ELOOP, and a FIFO does not block.
    case readNoFollow
    /// To read and write an existing file.
    case readWrite
    /// To write a new file of this mode; a name that is taken is refused with EEXIST.
    case create(mode: UInt16)
    /// To read and write, created with this mode if it is not there, never truncated.
    case openOrCreate(mode: UInt16)
    /// To append to an existing file.
    case append

    var flags: Int32 {
      switch self {
      case .read: O_RDONLY | O_CLOEXEC
      case .readNoFollow: O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK
      case .readWrite: O_RDWR | O_CLOEXEC
      case .create: O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC
      case .openOrCreate: O_RDWR | O_CREAT | O_CLOEXEC
      case .append: O_WRONLY | O_APPEND | O_CLOEXEC
      }
    }
    var mode: mode_t {
      switch self {
      case .create(let mode), .openOrCreate(let mode): mode_t(mode)
      default: 0
      }
    }
  }

  /// Opens a path.
  ///
  /// The corresponding C function is `open`.
  package init(_ path: [UInt8], _ access: Access) throws(SystemError) {
    self.init(
      owning: try withCString(.open, path) { pointer throws(SystemError) in
        try checked(.open) { cfsync_open(pointer, access.flags, access.mode) }
      })
  }

  /// Stats the open file.
  ///
  /// The corresponding C function is `statx`.
  package borrowing func stat() throws(SystemError) -> Stat {
    var raw = cfsync_stat()
    let descriptor = descriptor
    _ = try checked(.stat) { cfsync_statx(descriptor, "", &raw) }
    return Stat(raw)
  }

  /// Reads up to a buffer's length at the current position; 0 at the end.
  ///
  /// The corresponding C function is `read`.
  package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int
  {
    let descriptor = descriptor
    return try checkedSize(.read) { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// Reads up to a buffer's length at an offset; 0 at the end.
  ///
  /// The corresponding C function is `pread`.
  package borrowing func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(SystemError) -> Int {
    let descriptor = descriptor
    return try checkedSize(.read) {
      pread(descriptor, buffer.baseAddress, buffer.count, off_t(offset))
    }
  }

  /// Reads exactly a number of bytes at an offset; fewer only where the file ends.
  package borrowing func read(_ count: Int, at offset: UInt64) throws(SystemError) -> [UInt8] {
    var failure: SystemError?
    let descriptor = descriptor
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      var done = 0
      do throws(SystemError) {
        while done < count {
          let start = done
          let size = try checkedSize(.read) {
            pread(
              descriptor, UnsafeMutableRawPointer(buffer.baseAddress)?.advanced(by: start),
              count - start, off_t(offset) + off_t(start))
          }
          if size == 0 { break }
          done += size
        }
      } catch { failure = error }
      initialized = done
    }
    if let failure { throw failure }
    return bytes
  }

  /// Reads the whole file from its start, at most a number of bytes (EFBIG beyond).
  package borrowing func readAll(atMost bound: Int) throws(SystemError) -> [UInt8] {
    let size = Int(clamping: try stat().size)
    guard size <= bound else { throw SystemError(.read, code: EFBIG) }
    var result: [UInt8] = []
    var want = max(size + 1, 4096)
    while true {
      let more = try read(want, at: UInt64(result.count))
      result.append(contentsOf: more)
      if more.count < want { return result }
      guard result.count <= bound else { throw SystemError(.read, code: EFBIG) }
      want = 1 << 20
    }
  }

  /// Writes a whole buffer at the current position.
  ///
  /// The corresponding C function is `write`.
  package borrowing func write(_ buffer: UnsafeRawBufferPointer) throws(SystemError) {
    var done = 0
    let descriptor = descriptor
    while done < buffer.count {
      let start = done
      done += try checkedSize(.write) {
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start)
      }
    }
  }

  /// Writes whole bytes at the current position.
  package borrowing func write(_ bytes: [UInt8]) throws(SystemError) {
    let descriptor = descriptor
    var done = 0
    while done < bytes.count {
      let start = done
      done += try checkedSize(.write) {
        bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress?.advanced(by: start), $0.count - start)
        }
      }
    }
  }

  /// Writes a whole buffer at an offset.
  ///
  /// The corresponding C function is `pwrite`.
  package borrowing func write(
    _ buffer: UnsafeRawBufferPointer, at offset: UInt64
  ) throws(SystemError) {
    var done = 0
    let descriptor = descriptor
    while done < buffer.count {
      let start = done
      done += try checkedSize(.write) {
        pwrite(
          descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start,
          off_t(offset) + off_t(start))
      }
    }
  }

  /// Writes whole bytes at an offset.
  package borrowing func write(_ bytes: [UInt8], at offset: UInt64) throws(SystemError) {
    let descriptor = descriptor
    var done = 0
    while done < bytes.count {
      let start = done
      done += try checkedSize(.write) {
        bytes.withUnsafeBytes {
          pwrite(
            descriptor, $0.baseAddress?.advanced(by: start), $0.count - start,
            off_t(offset) + off_t(start))
        }
      }
    }
  }

  /// Says that the file will be read from its start to its end, so that more is read ahead.
  ///
  /// It is no more than advice. The corresponding C function is `posix_fadvise`.
  package borrowing func expectSequentialReads() {
    _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
  }

  /// Lets the disk begin with a part that was written, so that less is left for `syncData`.
  ///
  /// It makes nothing durable. The corresponding C function is `sync_file_range`.
  package borrowing func startWriting(_ range: Range<UInt64>) throws(SystemError) {
    try writeBack(range, waiting: false)
  }

  /// Waits until the disk has what it was given of a part; that alone makes nothing durable.
  ///
  /// After a failure the file must be given up, since `syncData` need not fail again. The
  /// corresponding C function is `sync_file_range`.
  package borrowing func waitForWriting(_ range: Range<UInt64>) throws(SystemError) {
    try writeBack(range, waiting: true)
  }

  private borrowing func writeBack(
    _ range: Range<UInt64>, waiting: Bool
  ) throws(SystemError) {
    let descriptor = descriptor
    let (start, length) = (off_t(range.lowerBound), off_t(range.upperBound - range.lowerBound))
    do throws(SystemError) {
      _ = try checked(.sync) { cfsync_write_back(descriptor, start, length, waiting ? 1 : 0) }
    } catch {
      // A file system that has no such call writes at the end.
      guard error.isUnsupported || error.code == ESPIPE else { throw error }
    }
  }

  /// Makes content and size durable; after a failure the file must be given up, not tried again.
  ///
  /// The corresponding C function is `fdatasync`.
  package borrowing func syncData() throws(SystemError) {
    let descriptor = descriptor
    _ = try checked(.sync) { fdatasync(descriptor) }
  }

  /// Makes the file durable.
  ///
  /// The corresponding C function is `fsync`.
  package borrowing func sync() throws(SystemError) {
    let descriptor = descriptor
    _ = try checked(.sync) { Glibc.fsync(descriptor) }
  }

  /// Cuts or extends the file.
  ///
  /// The corresponding C function is `ftruncate`.
  package borrowing func truncate(to size: UInt64) throws(SystemError) {
    let descriptor = descriptor
    _ = try checked(.truncate) { ftruncate(descriptor, off_t(size)) }
  }

  /// Sets permission bits.
  ///
  /// The corresponding C function is `fchmod`.
  package borrowing func setMode(_ mode: UInt16) throws(SystemError) {
    let descriptor = descriptor
    _ = try checked(.setMode) { fchmod(descriptor, mode_t(mode)) }
  }

  /// Sets the modification time and leaves the access time.
  ///
  /// The corresponding C function is `futimens`.
  package borrowing func setModified(_ time: FileTime) throws(SystemError) {
    let descriptor = descriptor
    var times = [
      timespec(tv_sec: 0, tv_nsec: (1 << 30) - 2),  // UTIME_OMIT
      timespec(tv_sec: Int(time.seconds), tv_nsec: Int(time.nanoseconds)),
    ]
    _ = try checked(.setTimes) { futimens(descriptor, &times) }
  }

  /// Finds the next data at or after an offset; nil where only a hole is left.
  ///
  /// The corresponding C function is `lseek` with `SEEK_DATA`.
  package borrowing func nextData(from offset: UInt64) throws(SystemError) -> UInt64? {
    do throws(SystemError) {
      let descriptor = descriptor
      return UInt64(try checkedSize(.seek) { lseek(descriptor, off_t(offset), 3) })
    } catch {
      if error.code == ENXIO { return nil }
      throw error
    }
  }

  /// Finds the next hole at or after an offset; the file's end counts as one.
  ///
  /// The corresponding C function is `lseek` with `SEEK_HOLE`.
  package borrowing func nextHole(from offset: UInt64) throws(SystemError) -> UInt64 {
    let descriptor = descriptor
    return UInt64(try checkedSize(.seek) { lseek(descriptor, off_t(offset), 4) })
  }

  /// Gives up ownership and returns the descriptor.
  package consuming func release() -> Int32 {
    let descriptor = descriptor
    discard self
    return descriptor
  }
}
