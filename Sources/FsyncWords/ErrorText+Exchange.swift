internal import FsyncCore
package import FsyncRepo

extension ErrorText {
  /// An exchange with a remote that did not come to its end.
  package init(_ failure: ExchangeFailure) {
    switch failure {
    case .unreachable(let reason):
      self.init(
        "the remote cannot be reached: \(NameText.line(Array(reason.utf8)))",
        hint: "check that it is mounted, switched on and spelled right, and try again; "
          + "nothing was exchanged", status: .partly)
    case .disconnected(let reason):
      self.init(
        "the connection ended in the middle: \(NameText.line(Array(reason.utf8)))",
        hint: "try again: what arrived is kept", status: .partly)
    case .timeout:
      self.init(
        "the remote does not answer", hint: "try again; sync.timeout sets how long to wait",
        status: .partly)
    case .stalled:
      self.init(
        "the remote has been at work for too long",
        hint: "see what it does, and try again; sync.patience sets how long to wait",
        status: .partly)
    case .otherRepository(let ours, let theirs):
      self.init(
        "the remote is another repository (\(theirs), this one is \(ours))",
        hint: "check its place with fsync remote; nothing was exchanged")
    case .version(let reason):
      self.init(
        "the remote speaks another version: \(NameText.line(Array(reason.utf8)))",
        hint: "install the same version of fsync on both machines")
    case .protocolViolation(let reason):
      self.init(
        "the remote sent what cannot be accepted: \(NameText.line(Array(reason.utf8)))",
        hint: "nothing of it was taken; run fsync fsck there")
    case .remote(let trouble, let details): self.init(trouble, details)
    }
  }

  private init(_ trouble: RemoteTrouble, _ details: String) {
    let text = NameText.line(Array(details.utf8))
    let more = text.isEmpty ? "" : " (\(text))"
    switch trouble {
    case .noRepository:
      self.init(
        "no repository is at the remote's place\(more)",
        hint: "mount its disk, or check its place with fsync remote", status: .partly)
    case .busy:
      self.init(
        "the remote is busy\(more)", hint: "try again in a moment", status: .partly)
    case .refused:
      self.init(
        "the remote does not accept what was sent\(more)",
        hint: "run fsync fsck here; nothing was taken there")
    case .damaged:
      self.init("the remote is damaged\(more)", hint: "run fsync fsck there")
    case .full:
      self.init(
        "the remote is full\(more)", hint: "make room there and try again; what arrived is kept",
        status: .partly)
    case .denied:
      self.init(
        "the remote lacks a permission\(more)", hint: "check owner and mode there",
        status: .partly)
    case .timeout:
      self.init("the remote heard nothing for too long", hint: "try again", status: .partly)
    case .interrupted:
      self.init("the remote was interrupted", hint: "try again", status: .partly)
    case .rootReplaced:
      self.init(
        "the remote's folder is not the one that its replica was made for\(more)",
        hint: "mount its disk, or run fsync doctor --adopt there")
    case .other:
      self.init("the remote failed\(more)", hint: "see to it there, and try again", status: .partly)
    }
  }
}
