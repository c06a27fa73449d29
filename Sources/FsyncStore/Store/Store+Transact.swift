import FsyncCore
import FsyncSystem
import Synchronization

extension Store {
  /// Makes one transaction: all of it, durably unless it says otherwise, or nothing.
  ///
  /// Takes the writer lock, reads what other processes added, and gives the body that state; what
  /// the body puts into the transaction and the objects of the ingest become part of the store
  /// together. A body that finds the state changed under its work throws, and the caller starts
  /// over; the ingest can be used again. A transaction without any change or object is not written.
  package func transact<Value, Refusal: Error>(
    _ ingest: Ingest? = nil,
    _ body: (ReplicaState, inout Transaction) throws(Refusal) -> Value
  ) throws(TransactionError<Refusal>) -> Value {
    let sealed: Ingest.Sealed?
    var writer: JournalWriter
    do throws(StoreError) {
      sealed = try ingest?.seal()
      writer = try self.writer(for: ingest)
    } catch { throw .store(error) }
    var transaction = Transaction()
    let value: Value
    do throws(Refusal) {
      value = try body(writer.live.position.state, &transaction)
    } catch { throw .refused(error) }
    do throws(StoreError) {
      try commit(transaction, sealed, &writer)
    } catch { throw .store(error) }
    // The transaction is made; what cannot be folded now is folded another time.
    let isCrowded = writer.live.packs.count { !$0.isCold } >= Store.packsLimit
    if writer.live.position.end > journalLimit {
      _ = try? writer.fold(command: Array("fold".utf8))
    } else {
      _ = consume writer
    }
    if isCrowded { _ = try? foldPacks() }
    return value
  }

  /// Takes the writer lock and makes the journal ready to be appended to.
  private func writer(for ingest: Ingest?) throws(StoreError) -> JournalWriter {
    let writer = try preparedWriter()
    if let ingest { try recheck(ingest, writer.live.position.state) }
    return writer
  }

  /// Takes the writer lock and makes the journal ready; after an fdatasync that failed in a new
  /// one, for nobody knows what the old one will hold.
  func preparedWriter() throws(StoreError) -> JournalWriter {
    var writer = try JournalWriter(self)
    if try !writer.prepare() {
      _ = try writer.fold(command: Array("fold".utf8))
      writer = try JournalWriter(self)
      guard try writer.prepare() else { throw .damaged(file: writer.live.journal.path) }
    }
    let isFirst = leftoversCleared.withLock { cleared in
      defer { cleared = true }
      return !cleared
    }
    if isFirst { try clearLeftovers(writer.live) }
    return writer
  }

  private func commit(
    _ transaction: Transaction, _ sealed: Ingest.Sealed?, _ writer: inout JournalWriter
  ) throws(StoreError) {
    let state = writer.live.position.state
    var body = TransactionBody(transaction, on: state, at: host.now(), bootID: host.bootID)
    var frames: [EncodedFrame] = []
    var packs: [PackWriter] = []
    switch sealed {
    case .frames(let encoded): frames = encoded
    case .pack(let pack):
      packs.append(pack)
      body.packsAdded.append(PackReference(name: pack.name))
    case nil: break
    }
    frames += try encode(transaction, state.compression)
    var adoptions: [(Quarantine, Quarantine.Adoption)] = []
    do throws(StoreError) {
      for quarantine in transaction.adopted {
        let adoption = try quarantine.prepareAdoption()
        adoptions.append((quarantine, adoption))
        switch adoption {
        case .frames(let encoded): frames += encoded
        case .pack: body.packsAdded.append(PackReference(name: quarantine.name))
        case .nothing: break
        }
      }
      if !body.isEmpty || !frames.isEmpty {
        let hasContent = !frames.isEmpty || !body.packsAdded.isEmpty
        try writer.append(frames, body, durably: transaction.isDurable || hasContent)
      }
    } catch {
      if writer.isUncertain {
        // Should the transaction show, it must find its packs; else they are leftovers.
        for pack in packs { pack.adopt() }
      } else {
        for case (let quarantine, .pack) in adoptions { quarantine.cancelAdoption() }
      }
      throw error
    }
    for pack in packs { pack.adopt() }
    for (quarantine, adoption) in adoptions { quarantine.finishAdoption(adoption) }
    try writer.publish()
  }

  /// The frames of the objects that the body put and that are not here yet.
  private func encode(
    _ transaction: Transaction, _ compression: Compression
  ) throws(StoreError) -> [EncodedFrame] {
    var frames: [EncodedFrame] = []
    let encoder = FrameEncoder(compression)
    for object in transaction.objects where place(of: object.id) == nil {
      guard object.bytes.count <= Limits.object else { throw .tooLarge }
      if !encoder.hasRoom(for: object.bytes.count) { frames.append(EncodedFrame(encoder.finish())) }
      encoder.add(object.id, object.kind, object.bytes)
      if encoder.rawLength >= IngestWorker.frameSize {
        frames.append(EncodedFrame(encoder.finish()))
      }
    }
    if !encoder.isEmpty { frames.append(EncodedFrame(encoder.finish())) }
    return frames
  }

  /// Looks up again what an ingest found here, if anything has been dropped since.
  private func recheck(_ ingest: Ingest, _ state: ReplicaState) throws(StoreError) {
    guard ingest.drops != state.drops else { return }
    if let gone = ingest.known.relied.first(where: { place(of: $0) == nil }) { throw .gone(gone) }
  }
}
