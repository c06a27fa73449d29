internal import FsyncSystem
internal import FsyncWire
internal import Subprocess
internal import SystemPackage

/// A program that this process talks to over a socket.
///
/// What starts programs is asynchronous and needs the threads of the concurrency runtime; what
/// carries bytes waits on threads of its own. A task and a queue are between the two.
final class ChildProcess {
  private let reports: BoundedQueue<Report>
  private let task: Task<Void, Never>

  private enum Report: Sendable {
    case started
    case failed(String)
    case ended(Farewell)
  }

  /// Starts a program.
  /// - Parameters:
  ///   - program: looked for in `PATH` where it has no slash.
  ///   - socket: becomes its standard input and output.
  ///   - seconds: how long the start may take.
  init(
    _ program: String, _ arguments: [[UInt8]], over socket: consuming File,
    waitingAtMost seconds: Double
  ) throws(CarrierError) {
    var options = PlatformOptions()
    options.teardownSequence = [
      .gracefulShutDown(allowedDurationToNextStep: .seconds(Self.grace))
    ]
    // Subprocess lends bytes to C as they are, and does not end them.
    let terminated = arguments.map { $0 + [0] }
    let configuration = Configuration(
      executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
      arguments: Arguments(terminated), platformOptions: options)
    let reports = BoundedQueue<Report>(capacity: 2)
    let descriptor = socket.release()
    self.reports = reports
    task = Self.start(configuration, over: descriptor, reports)
    switch reports.pop(waitingAtMost: seconds) {
    case .started: return
    case .failed(let why): throw .unreachable(Array("\(program) cannot be run: \(why)".utf8))
    case .ended, nil:
      task.cancel()
      throw .timeout
    }
  }

  /// Waits for the program's end, which its closed socket tells it, and enforces it with SIGTERM
  /// and then SIGKILL; call it once.
  /// - Parameter patience: the seconds before SIGTERM.
  /// - Returns: nil where the program says that all is well.
  func end(waitingAtMost patience: Double) -> Farewell? {
    var report = reports.pop(waitingAtMost: patience)
    if report == nil {
      task.cancel()
      // Not even SIGKILL ends a process that waits for a broken disk.
      report = reports.pop(waitingAtMost: Double(2 * Self.grace))
    }
    guard case .ended(let farewell) = report else { return Farewell(status: nil, text: []) }
    return farewell.status == 0 ? nil : farewell
  }

  /// The seconds between SIGTERM and SIGKILL.
  private static let grace = 2

  private static func start(
    _ configuration: Configuration, over descriptor: Int32, _ reports: BoundedQueue<Report>
  ) -> Task<Void, Never> {
    // A thread waits for it, so it goes before what others may have queued.
    Task(priority: .high) {
      reports.push(await run(configuration, over: descriptor, reports))
    }
  }

  private static func run(
    _ configuration: Configuration, over descriptor: Int32, _ reports: BoundedQueue<Report>
  ) async -> Report {
    var socket: File? = File(owning: descriptor)
    let end = FileDescriptor(rawValue: descriptor)
    var text: [UInt8] = []
    do {
      let result = try await Subprocess.run(
        configuration, input: .fileDescriptor(end, closeAfterSpawningProcess: false),
        output: .fileDescriptor(end, closeAfterSpawningProcess: false), error: .sequence
      ) { execution in
        // Only the program has it now, so that its end ends the stream.
        _ = socket.take()
        reports.push(.started)
        for try await chunk in execution.standardError {
          chunk.withUnsafeBytes { text.append(contentsOf: $0) }
          text.removeFirst(max(text.count - textLimit, 0))
        }
      }
      guard case .exited(let status) = result.terminationStatus else {
        return .ended(Farewell(status: nil, text: text))
      }
      return .ended(Farewell(status: status, text: text))
    } catch let error as SubprocessError {
      let isAbsent = error.code == .executableNotFound
      return .failed(isAbsent ? "there is no such program" : "\(error)")
    } catch {
      return .ended(Farewell(status: nil, text: text))
    }
  }

  /// How much of what the program writes to its standard error is kept: its last bytes.
  private static let textLimit = 8 << 10
}
