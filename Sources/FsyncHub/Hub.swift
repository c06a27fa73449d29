package import FsyncRepo
internal import FsyncSystem

/// A folder of bare repositories, one a name, and what the hub itself must know.
///
/// ```
/// FOLDER/NAME          a bare repository
/// FOLDER/.hub/tokens   who may do what; see `TokenFile`
/// FOLDER/.hub/lock     held while that is changed
/// ```
package struct Hub: Sendable {
  /// The folder's absolute path.
  package let folder: [UInt8]
  /// What all that is served has decompressed last.
  package let cache = SharedCache(capacity: 32 << 20)

  private static let own = Array(".hub".utf8)

  /// Opens a hub; an empty folder becomes one.
  package init(at path: [UInt8]) throws(HubError) {
    let found: Bool
    do throws(SystemError) {
      folder = try Host.realPath(path)
      let directory = try Directory(folder)
      found = try Self.claim(directory)
    } catch { throw .repository(.system(error, path: path)) }
    guard found else { throw .notAHub(path) }
  }

  /// Makes an empty folder a hub's; false where it is another's.
  private static func claim(_ folder: borrowing Directory) throws(SystemError) -> Bool {
    if let stat = try? folder.stat(own) { return stat.kind == .directory }
    guard try folder.names().isEmpty else { return false }
    do throws(SystemError) { try folder.makeDirectory(own, mode: 0o700) } catch {
      // Another command may have been first.
      guard error.isPresent else { throw error }
    }
    return true
  }

  /// The folder of what is the hub's own.
  var ownFolder: [UInt8] { RepositoryPlace.join(folder, Self.own) }

  /// Makes an empty bare repository, which takes its identity from the first push.
  /// - Parameter quota: how many bytes its store may have; nil for any number.
  package func create(_ name: RepositoryName, quota: UInt64? = nil) throws(HubError) {
    if has(name) { throw .repositoryExists(name) }
    do throws(RepositoryError) {
      _ = try Repository.initialize(
        at: path(of: name), bare: true, name: Array(name.text.utf8),
        settings: quota.map { [(.quota, .integer(Int(clamping: $0)))] } ?? [])
    } catch { throw .repository(error) }
  }

  /// Opens a repository; with others of the hub it shares what is decompressed.
  package func open(_ name: RepositoryName) throws(RepositoryError) -> Repository {
    try Repository.open(at: path(of: name), sharing: cache)
  }

  /// Says whether a repository of this name is here.
  package func has(_ name: RepositoryName) -> Bool {
    let place = path(of: name)
    guard let found = try? RepositoryPlace.find(from: place) else { return false }
    return found.root == nil && found.folder == place
  }

  /// The names of all repositories, in order.
  package func repositories() throws(HubError) -> [RepositoryName] {
    var names: [RepositoryName] = []
    do throws(SystemError) {
      for entry in try Directory(folder).names() {
        guard let text = String(validating: entry, as: UTF8.self),
          let name = RepositoryName(text), has(name)
        else { continue }
        names.append(name)
      }
    } catch { throw .repository(.system(error, path: folder)) }
    return names.sorted()
  }

  /// Where a repository of this name is, or would be.
  package func path(of name: RepositoryName) -> [UInt8] {
    RepositoryPlace.join(folder, Array(name.text.utf8))
  }
}
