import Hummingbird
import NIOCore

/// What a request carries besides itself: where it comes from.
struct HubContext: RequestContext {
  var coreContext: CoreRequestContextStorage
  /// The address of the connection's other end.
  let address: SocketAddress?

  init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    address = source.channel.remoteAddress
  }
}
