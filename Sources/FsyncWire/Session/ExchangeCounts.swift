/// What a session has moved.
package struct ExchangeCounts: Hashable, Sendable {
  /// Bytes handed to the carrier.
  package internal(set) var bytesSent: UInt64 = 0
  /// Bytes that came from it.
  package internal(set) var bytesReceived: UInt64 = 0
  /// Objects sent in frames.
  package internal(set) var objectsSent = 0
  /// Objects received in frames.
  package internal(set) var objectsReceived = 0
  /// Waits of the client for an answer that it could not go on without.
  package internal(set) var roundTrips = 0

  private var hasFlowed = false
  private var hasOffered = false

  /// Makes counts of nothing.
  package init() {}

  /// Counts a message that came.
  mutating func note(_ message: Message) {
    switch message {
    case .hello, .welcome, .need: roundTrips += 1
    case .end: hasFlowed = true
    case .joined where hasFlowed: roundTrips += 1
    case .want, .offer: noteOffer()
    default: break
    }
  }

  /// Counts a request of ours for what is missing.
  mutating func noteNeed() { roundTrips += 1 }

  // However many offers there are, they follow each other without waiting.
  private mutating func noteOffer() {
    if !hasOffered { roundTrips += 1 }
    hasOffered = true
  }
}
