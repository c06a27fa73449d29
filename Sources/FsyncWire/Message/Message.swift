package import FsyncCore

/// The kinds of message; the raw value is the first byte on the wire.
package enum MessageTag: UInt8, Hashable, Sendable, CaseIterable {
  case hello = 1
  case welcome = 2
  case frame = 3
  case offer = 4
  case want = 5
  case end = 6
  case need = 7
  case ack = 8
  case joined = 9
  case keepAlive = 10
  case failure = 11
  case absent = 12
  case fetch = 13
  case lacking = 14
  case outline = 15

  /// The most bytes of payload.
  package var bound: Int {
    switch self {
    case .hello, .welcome: 1 << 20
    case .frame: WireLimits.frame
    case .offer: WireLimits.offer * ObjectID.byteCount + 8
    case .want: WireLimits.offer / 8 + 8
    case .absent: WireLimits.absent * ObjectID.byteCount + 8
    case .need: 2 * (WireLimits.need * ObjectID.byteCount + 8)
    case .joined: Limits.heads * ObjectID.byteCount + 128
    case .failure: WireLimits.text + 16
    case .fetch: WireLimits.fetch * ObjectID.byteCount + 64
    case .lacking: WireLimits.fetch * ObjectID.byteCount + 8
    case .end, .ack, .outline: 16
    case .keepAlive: 0
    }
  }
}

/// What two sides say to each other.
package enum Message: Hashable, Sendable {
  /// Client: who I am, and what I have.
  case hello(Hello)
  /// Server: who I am, and what I have, in answer to a hello.
  case welcome(Welcome)
  /// An encoded frame of objects.
  case frame([UInt8])
  /// Ids of objects that could be sent.
  case offer([ObjectID])
  /// Which objects of the oldest unanswered offer are to be sent.
  case want(Selection)
  /// Everything that was to be sent has been sent.
  case end
  /// Objects that were promised and did not come.
  case need(Need)
  /// Bytes of frames that have been received and kept in this session.
  case ack(UInt64)
  /// What came is complete, and part of the heads now.
  case joined(Joined)
  /// Work goes on.
  case keepAlive
  /// The session cannot go on.
  case failure(Failure)
  /// Commits that are sent without all of their content, since the sender does not have it.
  case absent([ObjectID])
  /// Client, in place of a hello and after each answer: send me these objects.
  case fetch(Fetch)
  /// Server: all objects of the fetch have been sent but these, in rising order.
  case lacking([ObjectID])
  /// Server, to a client that asked for it in its hello: how much is about to be sent.
  case outline(Outline)

  /// The kind.
  package var tag: MessageTag {
    switch self {
    case .hello: .hello
    case .welcome: .welcome
    case .frame: .frame
    case .offer: .offer
    case .want: .want
    case .end: .end
    case .need: .need
    case .ack: .ack
    case .joined: .joined
    case .keepAlive: .keepAlive
    case .failure: .failure
    case .absent: .absent
    case .fetch: .fetch
    case .lacking: .lacking
    case .outline: .outline
    }
  }
}

/// Objects that a receiver finds missing after the other side's end.
package struct Need: Hashable, Sendable {
  /// Commits, in rising order: wanted with all of their history that the receiver has not got,
  /// as far as the sender knows its tips by id.
  package var commits: [ObjectID]
  /// Other objects, in rising order, wanted by themselves and without a prefix.
  package var objects: [ObjectID]

  /// Makes a request; ids are sorted here.
  package init(commits: [ObjectID], objects: [ObjectID]) {
    self.commits = Set(commits).sorted()
    self.objects = Set(objects).sorted()
  }
}

/// What a side is after it has joined what came.
package struct Joined: Hashable, Sendable {
  /// Its heads, in rising order.
  package var heads: [ObjectID]
  /// The tree that its folder shows; nil where it has no working tree.
  package var view: ObjectID?
  /// Open conflicts in the view.
  package var conflicts: Int
  /// Paths that it could not bring up to date.
  package var problems: Int

  /// Makes a report.
  package init(heads: [ObjectID], view: ObjectID? = nil, conflicts: Int = 0, problems: Int = 0) {
    self.heads = heads
    self.view = view
    self.conflicts = conflicts
    self.problems = problems
  }
}

/// Why a side gives up.
package struct Failure: Hashable, Sendable {
  /// The reasons; the raw value is the number on the wire.
  package enum Code: UInt64, Hashable, Sendable, CaseIterable {
    /// None of the others.
    case other = 0
    /// No common version of the protocol.
    case version = 1
    /// The repository is another one; the text is its id in hexadecimal digits.
    case otherRepository = 2
    /// There is no repository at the path.
    case noRepository = 3
    /// Another fsync is at work there, or the state moved too often.
    case busy = 4
    /// What was sent is not acceptable.
    case refused = 5
    /// Stored data is damaged or missing.
    case damaged = 6
    /// The disk is full.
    case full = 7
    /// Permission is missing.
    case denied = 8
    /// No message came for too long.
    case timeout = 9
    /// The work was interrupted.
    case interrupted = 10
    /// The working tree is not the one that was recorded.
    case rootReplaced = 11
  }

  /// The reason.
  package var code: Code
  /// Details for people, UTF-8.
  package var text: [UInt8]

  /// Makes a failure; the text is cut to its bound.
  package init(_ code: Code, _ text: [UInt8] = []) {
    self.code = code
    self.text = Array(text.prefix(WireLimits.text))
  }
}

/// A set of positions in a list, one bit each.
package struct Selection: Hashable, Sendable {
  /// The length of the list.
  package let count: Int
  /// Bit `i % 8` of byte `i / 8` stands for position `i`; bits beyond the list are zero.
  package private(set) var bits: [UInt8]

  /// Makes an empty selection from a list.
  package init(count: Int) {
    self.count = count
    bits = [UInt8](repeating: 0, count: (count + 7) / 8)
  }

  init?(count: Int, bits: [UInt8]) {
    guard bits.count == (count + 7) / 8 else { return nil }
    if count % 8 != 0, let last = bits.last, last >> UInt8(count % 8) != 0 { return nil }
    self.count = count
    self.bits = bits
  }

  /// Says whether a position is selected, or selects it.
  package subscript(_ index: Int) -> Bool {
    get { bits[index / 8] >> UInt8(index % 8) & 1 == 1 }
    set {
      let bit: UInt8 = 1 << UInt8(index % 8)
      if newValue { bits[index / 8] |= bit } else { bits[index / 8] &= ~bit }
    }
  }
}
