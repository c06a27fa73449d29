package import FsyncRepo

/// Why something could not be done with a hub's folder.
package enum HubError: Error, Sendable {
  /// The folder is no hub, and is not empty either.
  case notAHub([UInt8])
  /// A hub has no repository of this name.
  case noRepository(RepositoryName)
  /// A hub has a repository of this name already.
  case repositoryExists(RepositoryName)
  /// A label is not one line of at most 200 bytes.
  case label
  /// There is no token of this id.
  case noToken(String)
  /// The file of tokens is not what this release writes; where, and why.
  case tokens([UInt8], String)
  /// A repository or the file system failed.
  case repository(RepositoryError)
}
