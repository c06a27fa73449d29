internal import FsyncSystem
internal import Synchronization

/// Decides who may do what with the repositories of a hub.
///
/// Whoever shows no right to a repository is told the same whether it is there or not.
package final class Gate: Sendable {
  /// What is said to a request.
  package enum Verdict: Hashable, Sendable {
    /// It may; under the id of its token, if there is one.
    case granted(Access, token: String?)
    /// It has to show a token first, or another one.
    case unknown
    /// Its token gives no right to this, or this is not there.
    case hidden
    /// Too many failures came from its address: it has to wait, in seconds.
    case wait(Double)
  }

  private let hub: Hub
  /// Whether everything is granted as long as there has never been a token.
  private let isOpen: Bool
  private let state: Mutex<State>

  private struct State {
    var limit = FailureLimit()
    var grants: [String: Grant]?
    var stamp: Stat?
  }

  /// Makes the gate of a hub.
  /// - Parameter isOpen: whether only this machine can reach the hub, so that no token is needed
  ///   until the first one is made.
  package init(_ hub: Hub, isOpen: Bool) {
    self.hub = hub
    self.isOpen = isOpen
    state = Mutex(State())
  }

  /// Says what a request may do with a repository.
  /// - Parameters:
  ///   - token: what it shows; nil for nothing.
  ///   - address: where it comes from.
  package func verdict(
    on name: RepositoryName?, token: String?, from address: String
  ) throws(HubError) -> Verdict {
    switch try holder(of: token, from: address) {
    case .refused(let verdict): return verdict
    case .anyone:
      guard let name, hub.has(name) else { return .hidden }
      return .granted(.write, token: nil)
    case .grant(let grant):
      guard let name, let access = grant.access(to: name), hub.has(name) else { return .hidden }
      return .granted(access, token: grant.id)
    }
  }

  /// The repositories that a request may see, in order.
  package func visible(
    token: String?, from address: String
  ) throws(HubError) -> Result<Visible, Refusal> {
    switch try holder(of: token, from: address) {
    case .refused(let verdict): return .failure(Refusal(verdict: verdict))
    case .anyone: return .success(Visible(names: try hub.repositories()))
    case .grant(let grant):
      let names = try hub.repositories().filter { grant.access(to: $0) != nil }
      return .success(Visible(names: names, token: grant.id))
    }
  }

  /// What a request may see.
  package struct Visible: Hashable, Sendable {
    /// The repositories, in order.
    package var names: [RepositoryName]
    /// The id of its token, if there is one.
    package var token: String?
  }

  /// A verdict that is none in favour.
  package struct Refusal: Error {
    /// The verdict.
    package let verdict: Verdict
  }

  private enum Holder {
    case anyone
    case grant(Grant)
    case refused(Verdict)
  }

  private func holder(of token: String?, from address: String) throws(HubError) -> Holder {
    let now = Clock.monotonic()
    let outcome = state.withLock { state -> Result<Holder, HubError> in
      do throws(HubError) {
        if let seconds = state.limit.wait(for: address, at: now) {
          return .success(.refused(.wait(seconds)))
        }
        guard let grants = try refresh(&state) else {
          return .success(isOpen ? .anyone : .refused(.unknown))
        }
        guard let token else { return .success(.refused(.unknown)) }
        let shown = AccessToken(token)
        let grant = shown.flatMap { grants[$0.id] }
        // A hash is computed and compared in any case, so that time does not tell ids.
        let isRight = (shown ?? AccessToken()).matches(grant?.hash ?? Self.nobody)
        if let grant, isRight { return .success(.grant(grant)) }
        state.limit.note(address, at: now)
        return .success(.refused(.unknown))
      } catch { return .failure(error) }
    }
    return try outcome.get()
  }

  private static let nobody = [UInt8](repeating: 0, count: 32)

  /// The grants by id, read again where the file is another one.
  private func refresh(_ state: inout State) throws(HubError) -> [String: Grant]? {
    let stamp = try? Stat(path: hub.tokenPath)
    if let stamp, stamp == state.stamp { return state.grants }
    let grants = try hub.grants()
    state.grants = grants.map { grants in
      Dictionary(grants.map { ($0.id, $0) }) { first, _ in first }
    }
    state.stamp = stamp
    return state.grants
  }
}
