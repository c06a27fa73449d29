package import FsyncArchive
package import FsyncCore
package import FsyncHub
package import FsyncRepo

/// Content that is sent as it is read, so that no more of it than a piece is ever in memory.
package struct Download: Sendable {
  /// What is sent.
  package enum Content: Sendable {
    /// A part of a file, and how large the whole is.
    case file(Entry, Range<UInt64>, of: UInt64)
    /// All of a folder.
    case archive(Entry, ArchiveFormat, top: [UInt8], time: Timestamp)
  }

  /// The repository.
  let name: RepositoryName
  /// The commits whose view it is read from.
  let commits: [ObjectID]
  /// What is sent.
  package let content: Content
  /// The media type.
  package let type: String
  /// The name under which it is saved.
  package let fileName: [UInt8]
  /// The entity tag.
  package let tag: String
  /// Whether the address can never lead to anything else.
  package let isFixed: Bool

  /// Why sending has ended early.
  package enum Failure: Error, Sendable {
    /// Whoever takes the bytes takes no more.
    case closed
    /// The content cannot be read.
    case repository(RepositoryError)
    /// The archive cannot be written.
    case archive(ArchiveError)
  }

  /// Reads the content and hands it on.
  /// - Parameter sink: takes bytes in order; false where it takes no more.
  package func send(
    from hub: Hub, to sink: @escaping (UnsafeRawBufferPointer) -> Bool
  ) throws(Failure) {
    let snapshot: Snapshot
    let repository: Repository
    do throws(RepositoryError) {
      repository = try hub.open(name)
      // Texts that a view has merged are nowhere else.
      snapshot = try repository.view(of: commits)
    } catch { throw .repository(error) }
    switch content {
    case .file(let entry, let range, _):
      try Self.reading { stop throws(ObjectError) in
        try snapshot.reader.readContent(of: entry, in: range) { bytes throws(ObjectError) in
          guard sink(bytes) else { throw stop(.closed) }
        }
      }
    case .archive(let entry, let format, let top, let time):
      let source = ArchiveSource(reader: snapshot.reader, time: time)
      try source.write(entry, as: top, format, to: sink)
    }
  }

  /// Runs a body that reads objects; `stop` ends it with an error of another kind.
  static func reading(
    _ body: ((Failure) -> ObjectError) throws(ObjectError) -> Void
  ) throws(Failure) {
    var failure: Failure?
    do throws(ObjectError) {
      try body { reason in
        failure = reason
        return .system(0)
      }
    } catch { throw failure ?? .repository(.object(error)) }
  }
}
