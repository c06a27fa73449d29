internal import FsyncCore
package import FsyncHub

extension ErrorText {
  /// What could not be done with a hub.
  package init(_ error: HubError) {
    switch error {
    case .notAHub(let path):
      self.init(
        "this is no hub, and not empty: \(NameText.quoted(path))",
        hint: "an empty folder becomes one with its first repository; nothing was changed")
    case .noRepository(let name):
      self.init("the hub has no repository \(name)", hint: "fsync hub list names them")
    case .repositoryExists(let name):
      self.init("the hub has a repository \(name) already", hint: "nothing was changed")
    case .label: self.init("a label is one line of 1 to 200 bytes", hint: "choose another one")
    case .noToken(let id):
      self.init(
        "there is no token \(NameText.line(Array(id.utf8)))",
        hint: "fsync hub token list names them")
    case .tokens(let path, let why):
      self.init(
        "\(NameText.quoted(path)) is damaged: \(why)",
        hint: "put a copy back, or remove it and make new tokens; nobody is let in until then",
        status: .damaged)
    case .repository(let error): self.init(error)
    }
  }
}
