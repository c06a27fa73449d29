import FsyncSystem
import Glibc
import Synchronization

/// A small HTTP server of a test that stands before a hub: a proxy, a hub that has moved, one that
/// is busy.
///
/// It reads the head of each request and does with the connection what a test wants.
final class Gateway: Sendable {
  /// What becomes of a connection, whose request's head has been read.
  enum Decision: Sendable {
    /// Answer with a status line and headers, and read what still comes.
    case answer(String)
    /// Connect to a port of this machine, pass on another head in the place of the one that came
    /// (nil for none), tell the client something first, and relay both directions; where it is
    /// fragile, nothing more goes to the hub once its socket was full; where it keeps ends, an
    /// answer's last bytes wait for `release`.
    case relay(
      port: Int, head: String?, first: String = "", isFragile: Bool = false, keepsEnd: Bool = false)
    /// Take everything and say nothing.
    case swallow
  }

  /// The port that it listens on.
  let port: Int
  private let listener: Int32
  private let heads = Mutex<[String]>([])
  private let threads = Mutex<[WorkerThread]>([])
  private let kept = Mutex((areReleased: false, delivered: 0, undelivered: 0))
  private let decide: @Sendable (_ head: String, _ number: Int) -> Decision

  /// Begins to listen.
  /// - Parameter decide: given a request's head and its number, from 0.
  init(_ decide: @escaping @Sendable (_ head: String, _ number: Int) -> Decision) throws {
    self.decide = decide
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    var address = Self.loopback(port: 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isOpen = withUnsafeMutableBytes(of: &address) { bytes in
      guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else {
        return false
      }
      return bind(listener, address, length) == 0 && Glibc.listen(listener, 16) == 0
        && getsockname(listener, address, &length) == 0
    }
    guard isOpen else { throw SystemError(.open, code: errno) }
    port = Int(UInt16(bigEndian: address.sin_port))
    let thread = try WorkerThread { [self] in accept() }
    threads.withLock { $0.append(thread) }
  }

  /// Takes no more connections.
  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The heads of all requests that came.
  var requests: [String] { heads.withLock { $0 } }

  /// Lets the ends of answers go that are kept.
  func release() { kept.withLock { $0.areReleased = true } }

  /// How many ends of answers somebody waited for when they were released, and how many nobody.
  var keptEnds: (delivered: Int, undelivered: Int) {
    kept.withLock { ($0.delivered, $0.undelivered) }
  }

  private static func loopback(port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    return address
  }

  private func accept() {
    while true {
      let client = Glibc.accept(listener, nil, nil)
      guard client >= 0 else { break }
      let thread = try? WorkerThread { [self] in
        serve(client)
        close(client)
      }
      if let thread { threads.withLock { $0.append(thread) } }
    }
    close(listener)
  }

  private func serve(_ client: Int32) {
    guard let (head, rest) = Self.readHead(client) else { return }
    let number = heads.withLock { heads in
      heads.append(head)
      return heads.count - 1
    }
    switch decide(head, number) {
    case .swallow: Self.drain(client)
    case .answer(let text):
      Self.send(Array("\(text)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8), to: client)
      shutdown(client, Int32(SHUT_WR))
      Self.drain(client)
    case .relay(let port, let other, let first, let isFragile, let keepsEnd):
      let hub = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(hub) }
      var address = Self.loopback(port: port)
      let isConnected = withUnsafeBytes(of: &address) { bytes in
        bytes.baseAddress.map {
          connect(
            hub, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0
        } ?? false
      }
      guard isConnected else { return }
      Self.send(Array(first.utf8), to: client)
      Self.send(Array((other ?? "").utf8) + rest, to: hub)
      relay(client, hub, isFragile: isFragile, keepsEnd: keepsEnd)
    }
  }

  /// Reads to the empty line; returns the head with it, and what came behind it.
  private static func readHead(_ client: Int32) -> (String, [UInt8])? {
    var bytes: [UInt8] = []
    let mark = Array("\r\n\r\n".utf8)
    while bytes.count < 1 << 16 {
      guard let part = receive(client), !part.isEmpty else { return nil }
      bytes += part
      guard let end = bytes.firstRange(of: mark)?.upperBound else { continue }
      return (String(decoding: bytes[..<end], as: UTF8.self), Array(bytes[end...]))
    }
    return nil
  }

  private static func receive(_ from: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(from, &buffer, buffer.count)
    return count < 0 ? nil : Array(buffer[..<count])
  }

  private static func send(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func drain(_ client: Int32) {
    while let part = receive(client), !part.isEmpty {}
  }

  /// Says whether a socket takes bytes without waiting.
  private static func hasRoom(_ descriptor: Int32) -> Bool {
    var end = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
    return poll(&end, 1, 0) > 0
  }

  /// Waits until ends are released, and notes whether the client is still there then.
  private func keepEnd(from client: Int32) {
    while !kept.withLock({ $0.areReleased }) { usleep(5_000) }
    var byte: UInt8 = 0
    let isThere =
      recv(client, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) < 0
      && errno == EAGAIN
    kept.withLock { kept in
      if isThere { kept.delivered += 1 } else { kept.undelivered += 1 }
    }
  }

  private func relay(_ client: Int32, _ hub: Int32, isFragile: Bool, keepsEnd: Bool) {
    var ends = [
      pollfd(fd: client, events: Int16(POLLIN), revents: 0),
      pollfd(fd: hub, events: Int16(POLLIN), revents: 0),
    ]
    while ends.contains(where: { $0.fd >= 0 }) {
      guard poll(&ends, 2, 60_000) > 0 else { return }
      for (index, end) in ends.enumerated() where end.fd >= 0 && end.revents != 0 {
        let other = index == 0 ? hub : client
        if isFragile, index == 0, !Self.hasRoom(hub) {
          ends[index].fd = -1
          continue
        }
        guard let part = Self.receive(end.fd), !part.isEmpty else {
          // What one side has ended, the other hears of; its own direction goes on.
          shutdown(other, Int32(SHUT_WR))
          ends[index].fd = -1
          continue
        }
        if keepsEnd, index == 1, part.suffix(5) == Array("0\r\n\r\n".utf8)[...] {
          keepEnd(from: client)
        }
        Self.send(part, to: other)
      }
    }
  }
}
