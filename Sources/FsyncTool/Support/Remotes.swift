internal import ArgumentParser
import FsyncNet
import FsyncRepo
import FsyncSystem
import FsyncWire

/// A word that says where a remote is.
struct Place: Sendable {
  let word: Word

  /// Refuses a word that can be no place, and says why.
  init(_ text: String) throws {
    word = Word(argument: text)
    // Whether it is one does not depend on the folder, which `-C` is yet to choose.
    do { _ = try Place.url(word, from: [0x2f]) } catch { throw ValidationError("\(error)") }
  }

  fileprivate static func url(
    _ word: Word, from directory: [UInt8]
  ) throws(RemoteURLError) -> RemoteURL {
    guard let text = String(validating: word.bytes, as: UTF8.self) else {
      let isAbsolute = word.bytes.first == 0x2f
      return .path(isAbsolute ? word.bytes : RepositoryPlace.join(directory, word.bytes))
    }
    return try RemoteURL(text, relativeTo: directory)
  }
}

extension Tool {
  /// The text that names a place from everywhere: a path in it is absolute.
  func url(_ place: Place) throws(RepositoryError) -> String {
    let directory = try directory()
    let url: RemoteURL
    do { url = try Place.url(place.word, from: directory) } catch {
      throw .exchange(.unreachable("\(error)"))
    }
    // Where `..` leads is seen now, from here; other links may be mounts that come and go.
    if case .path(let path) = url, path.split(separator: 0x2f).contains([0x2e, 0x2e]),
      let real = try? Host.realPath(path)
    {
      return RemoteURL.path(real).description
    }
    return url.description
  }
}

extension Connector {
  /// Reaches paths of this machine and whatever ssh reaches.
  static var standard: Connector {
    Connector { request throws(CarrierError) in
      let place: RemoteURL
      do { place = try RemoteURL(request.url, relativeTo: [0x2f]) } catch {
        throw .unreachable(Array("\(request.url): \(error)".utf8))
      }
      let timeout = request.timeout
      return try place.connect(ssh: request.ssh, command: request.command, timeout: timeout) {
        // What fails at the far end is told over the carrier.
        path, carrier in try? Repository.serve(path, over: carrier, ServeOptions(timeout: timeout))
      }
    }
  }
}
