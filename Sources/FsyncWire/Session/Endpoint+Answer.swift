import FsyncCore

extension Endpoint {
  /// Begins to send the objects of some ids: those that are here and are what their ids say.
  mutating func answer(_ ids: [ObjectID]) throws(ExchangeError) {
    guard production == nil else { throw .wire(.unexpected(.fetch)) }
    let graph = try own { () throws(HostError) in try host.graph(over: host.source) }
    var lister = Lister([], held: [], graph: graph, source: host.source)
    var missing: [ObjectID] = []
    for id in ids {
      // One that is damaged here is not here.
      if let object = try? host.source.object(id), object.id == id, Self.isSent(object.kind) {
        lister.listing.add(id, length: UInt64(object.bytes.count))
      } else {
        missing.append(id)
      }
    }
    lacking = missing
    production = Production(lister, mayOffer: false, useLikes: false)
  }

  /// Says whether objects of a kind are ever sent: what a replica notes for itself is not.
  private static func isSent(_ kind: ObjectKind) -> Bool {
    kind != .operation && kind != .absences
  }
}
