internal import CFsync
internal import Glibc

/// The clocks of this machine.
package enum Clock {
  /// The time of day.
  package static func now() -> FileTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return FileTime(seconds: Int64(time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
  }

  /// The time with which the kernel stamps a change that comes now, where stamps are coarse.
  ///
  /// It is behind the time of day by what has passed since the last tick: some milliseconds, and more
  /// where a busy machine was held up. So only what this clock says tells how late a later stamp must be.
  package static func stamps() -> FileTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME_COARSE, &time)
    return FileTime(seconds: Int64(time.tv_sec), nanoseconds: UInt32(time.tv_nsec))
  }

  /// Seconds of a clock that is never set.
  package static func monotonic() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Seconds of processor time that the calling thread has used.
  package static func thread() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Minutes east of UTC at a time, by the local zone.
  package static func zoneMinutes(at seconds: Int64) -> Int16 {
    var moment = time_t(seconds)
    var fields = tm()
    localtime_r(&moment, &fields)
    return Int16(clamping: fields.tm_gmtoff / 60)
  }

  /// Seconds since 1970 of a local date and time; the zone database decides about its offset.
  package static func seconds(
    year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int
  ) -> Int64 {
    var fields = tm()
    fields.tm_year = Int32(clamping: year - 1900)
    fields.tm_mon = Int32(clamping: month - 1)
    fields.tm_mday = Int32(clamping: day)
    fields.tm_hour = Int32(clamping: hour)
    fields.tm_min = Int32(clamping: minute)
    fields.tm_sec = Int32(clamping: second)
    fields.tm_isdst = -1
    return Int64(mktime(&fields))
  }
}

/// Facts about this machine, its user and this process.
package enum Host {
  /// Random bytes from the kernel.
  ///
  /// The corresponding C function is `getrandom`.
  package static func randomBytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
  }

  /// The machine's name without its domain.
  package static func name() -> [UInt8] {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return Array("host".utf8) }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    let first = bytes.prefix { $0 != 0x2e }
    return first.isEmpty ? Array("host".utf8) : Array(first)
  }

  /// The user's login name.
  package static func userName() -> [UInt8] {
    guard let record = getpwuid(geteuid()), let name = record.pointee.pw_name else {
      return Array("user\(geteuid())".utf8)
    }
    return Array(String(cString: name).utf8)
  }

  /// An environment variable's bytes; nil where it is not set.
  package static func environment(_ name: String) -> [UInt8]? {
    guard let value = getenv(name) else { return nil }
    return Array(UnsafeBufferPointer(start: value, count: strlen(value))).map {
      UInt8(bitPattern: $0)
    }
  }

  /// The kernel's id of this boot; empty where it is not to be had.
  package static func bootID() -> [UInt8] {
    guard let file = try? File(Array("/proc/sys/kernel/random/boot_id".utf8), .read),
      let bytes = try? file.read(64, at: 0)
    else { return [] }
    return bytes.filter { $0 > 0x20 }
  }

  /// The process's number.
  package static func processID() -> Int32 { getpid() }

  /// The current directory, as an absolute path.
  package static func currentDirectory() throws(SystemError) -> [UInt8] {
    guard let path = getcwd(nil, 0) else { throw SystemError(.stat) }
    defer { free(path) }
    return Array(UnsafeBufferPointer(start: path, count: strlen(path))).map {
      UInt8(bitPattern: $0)
    }
  }

  /// Says whether a descriptor is a terminal.
  package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// The width of a terminal in columns; nil where it is none.
  package static func terminalWidth(_ descriptor: Int32) -> Int? {
    let width = cfsync_terminal_width(descriptor)
    return width > 0 ? Int(width) : nil
  }

  /// Resolves symlinks, `.` and `..` of an existing path.
  ///
  /// The corresponding C function is `realpath`.
  package static func realPath(_ path: [UInt8]) throws(SystemError) -> [UInt8] {
    try withCString(.stat, path) { pointer throws(SystemError) in
      guard let resolved = realpath(pointer, nil) else { throw SystemError(.stat) }
      defer { free(resolved) }
      return Array(UnsafeBufferPointer(start: resolved, count: strlen(resolved))).map {
        UInt8(bitPattern: $0)
      }
    }
  }
}

/// The wish of a person or the system that this process end.
package enum Interruption {
  /// Notes SIGINT, SIGTERM and SIGHUP from now on; a second one ends the process at once, with
  /// status 130.
  /// - Parameter endingAtOnce: whether the first one does already, for work that leaves nothing
  ///   half done.
  package static func catchSignals(endingAtOnce: Bool = false) {
    cfsync_catch_interrupts(endingAtOnce ? 1 : 0)
    ignoreBrokenPipes()
  }

  /// Lets a write to whom nobody listens fail with EPIPE instead of ending the process.
  package static func ignoreBrokenPipes() { cfsync_ignore_sigpipe() }

  /// Says whether a signal was caught.
  package static var isRequested: Bool { cfsync_interrupted() != 0 }
}
