package import FsyncWire

/// Makes the carrier to a remote.
///
/// Given from outside, so that a repository knows no network: a command hands over what FsyncNet
/// can reach, a test hands over pipes.
package struct Connector {
  /// What is to be reached, and how.
  package struct Request: Hashable, Sendable {
    /// Where the remote is; a path in it is absolute.
    package var url: String
    /// The program to run at the far end; nil for `fsync`.
    package var command: String?
    /// The words that start ssh.
    package var ssh: [String]
    /// After how many seconds without a byte the remote counts as gone.
    package var timeout: Double
  }

  /// Makes a carrier, on whose far end somebody serves the repository.
  package let connect: (Request) throws(CarrierError) -> any Carrier

  /// Makes a connector.
  package init(_ connect: @escaping (Request) throws(CarrierError) -> any Carrier) {
    self.connect = connect
  }
}
