package import FsyncCore
package import FsyncSystem

/// What a file or symlink was found to hold.
package struct FoundContent: Hashable, Sendable {
  /// A file or a symlink.
  package let kind: Entry.Kind
  /// The id of its chunk or list.
  package let content: ObjectID
  /// Bytes.
  package let size: UInt64
  /// The stat that vouches for it.
  package let stat: KnownStat

  /// Makes a finding.
  package init(kind: Entry.Kind, content: ObjectID, size: UInt64, stat: KnownStat) {
    self.kind = kind
    self.content = content
    self.size = size
    self.stat = stat
  }

  /// Says whether an entry holds the same.
  package func matches(_ entry: Entry) -> Bool {
    kind == entry.kind && size == entry.size && content == entry.content
  }
}

extension FileReader {
  /// How often a file that changes while it is read is begun.
  static let attempts = 3
  /// Files from this many bytes on are read in segments, which threads share.
  package static let largeFile: UInt64 = 4 << 20

  /// Reads a file or symlink and hands over its objects.
  ///
  /// A file that changes meanwhile is begun anew, three times at most: what it handed over
  /// before is not referred to.
  /// - Parameters:
  ///   - kind: what the scan saw.
  ///   - sink: where objects go; what it throws ends the reading.
  ///   - earlier: the version before, which new chunks are likely edits of.
  ///   - helpers: threads that take a part of large files while they have nothing else to do.
  /// - Returns: what it holds, or why that cannot be known.
  package func content<Sink: ContentSink>(
    of path: Path, _ kind: FileKind, into sink: Sink, earlier: EarlierContent? = nil,
    helpers: Helpers<Sink, Sink.Failure> = .none
  ) throws(Sink.Failure) -> Result<FoundContent, Obstacle> {
    var result: Result<FoundContent, Obstacle> = .failure(.unsteady)
    for _ in 0..<FileReader.attempts {
      result =
        kind == .symlink
        ? try link(path, sink) : try file(path, sink, earlier: earlier, helpers: helpers)
      if case .failure(.unsteady) = result { continue }
      break
    }
    return result
  }

  /// Reads a file or symlink to know its content's id, and stores nothing.
  package func identify(_ path: Path, _ kind: FileKind) -> Result<FoundContent, Obstacle> {
    content(of: path, kind, into: Identifier())
  }

  private func link<Sink: ContentSink>(
    _ path: Path, _ sink: Sink
  ) throws(Sink.Failure) -> Result<FoundContent, Obstacle> {
    let target: [UInt8]
    let stat: KnownStat
    do throws(Obstacle) { (target, stat) = try symlink(path) } catch { return .failure(error) }
    let stored: Result<ObjectID, Sink.Failure> = target.withUnsafeBytes { bytes in
      do throws(Sink.Failure) { return .success(try sink.put(.chunk, bytes)) } catch {
        return .failure(error)
      }
    }
    return .success(
      FoundContent(
        kind: .symlink, content: try stored.get(), size: UInt64(target.count), stat: stat))
  }

  private func file<Sink: ContentSink>(
    _ path: Path, _ sink: Sink, earlier: EarlierContent?, helpers: Helpers<Sink, Sink.Failure>
  ) throws(Sink.Failure) -> Result<FoundContent, Obstacle> {
    let before: Stat
    do throws(Obstacle) { before = try open(path) } catch { return .failure(error) }
    let read: Result<(ObjectID, KnownStat), Obstacle>
    if before.size >= FileReader.largeFile {
      read = try large(ChunkLine(sink, helpers, segments, earlier: earlier))
    } else {
      read = try small(before.size, sink, earlier)
    }
    return read.map { id, stat in
      FoundContent(kind: .file, content: id, size: before.size, stat: stat)
    }
  }

  /// Reads the open file in pieces.
  private func small<Sink: ContentSink>(
    _ size: UInt64, _ sink: Sink, _ earlier: EarlierContent?
  ) throws(Sink.Failure) -> Result<(ObjectID, KnownStat), Obstacle> {
    var earlier = earlier
    let put: ContentBuilder.Put<Sink.Failure> = { kind, bytes throws(Sink.Failure) in
      guard kind == .chunk, earlier != nil else { return try sink.put(kind, bytes) }
      let id = Digest.object(kind, bytes)
      let like = earlier?.counterparts(of: id, length: bytes.count) ?? []
      if try sink.needs(id) { try sink.put(id, bytes, like: like) }
      return id
    }
    var builder = ContentBuilder()
    var whole: ObjectID?
    while true {
      let piece: Piece?
      do throws(Obstacle) { piece = try next() } catch { return .failure(error) }
      switch piece {
      case .bytes(let bytes)?:
        if UInt64(bytes.count) == size, bytes.count <= Limits.wholeFile {
          // One read has it all: a small file is its own chunk, and needs no copy.
          whole = try put(.chunk, bytes)
        } else {
          try builder.append(bytes, put: put)
        }
        continue
      case .zeros(let count)?:
        try builder.appendZeros(count, put: put)
        continue
      case nil: break
      }
      break
    }
    let stat: KnownStat
    do throws(Obstacle) { stat = try finish() } catch { return .failure(error) }
    if let whole { return .success((whole, stat)) }
    return .success((try builder.finish(put: put), stat))
  }

  /// Reads the open file in segments.
  private func large<Sink: ContentSink>(
    _ line: ChunkLine<Sink>
  ) throws(Sink.Failure) -> Result<(ObjectID, KnownStat), Obstacle> {
    while true {
      let piece: Piece?
      do throws(Obstacle) { piece = try next(into: line.segment.room) } catch {
        return .failure(error)
      }
      switch piece {
      case .bytes(let bytes)?: try line.extend(by: bytes.count)
      case .zeros(let count)?: try line.appendZeros(count)
      case nil:
        let stat: KnownStat
        do throws(Obstacle) { stat = try finish() } catch { return .failure(error) }
        return .success((try line.finish(), stat))
      }
    }
  }
}
