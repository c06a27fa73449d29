internal import FsyncSystem
package import FsyncWire

extension RemoteURL {
  /// Makes a carrier to the place.
  /// - Parameters:
  ///   - ssh: the words that start ssh.
  ///   - command: what fsync is called on the other machine, for its shell; nil for `fsync`.
  ///   - timeout: how many seconds ssh may take to start.
  ///   - serve: what serves a path of this machine, on a thread of its own.
  package func connect(
    ssh: [String], command: String?, timeout: Double,
    serve: @escaping @Sendable (_ path: [UInt8], _ carrier: any Carrier) -> Void
  ) throws(CarrierError) -> any Carrier {
    switch self {
    case .path(let path):
      try Self.checkDirectory(path)
      return try LocalCarrier(path, serve: serve)
    case .ssh(let place):
      return try ProcessCarrier(place, ssh: ssh, command: command, timeout: timeout)
    case .http(let place):
      return try ProcessCarrier(place, timeout: timeout)
    }
  }

  private static func checkDirectory(_ path: [UInt8]) throws(CarrierError) {
    let why: String
    do throws(SystemError) {
      guard try Stat(following: path).kind != .directory else { return }
      why = "is not a folder"
    } catch {
      why = error.isAbsent ? "is not there; is its disk mounted?" : error.message
    }
    throw .unreachable(path + Array(" \(why)".utf8))
  }
}
