package import FsyncCore
package import FsyncSystem

extension ErrorText {
  package static let damageHint =
    "fsync fsck says what is damaged; the files in the folder are not concerned, and another "
    + "replica has what they were"

  /// An object that could not be had.
  package init(_ error: ObjectError) {
    switch error {
    case .missing(let id):
      self.init("object \(id) is missing", hint: ErrorText.damageHint, status: .damaged)
    case .damaged(let id):
      self.init("object \(id) is damaged", hint: ErrorText.damageHint, status: .damaged)
    case .wrongKind(let id, let expected, let found):
      self.init(
        "object \(id) is a \(found) where a \(expected) belongs", hint: ErrorText.damageHint,
        status: .damaged)
    case .malformed(let id, _):
      self.init("object \(id) does not decode", hint: ErrorText.damageHint, status: .damaged)
    case .system(let code): self.init(SystemError(.read, code: code), path: [])
    }
  }

  /// A system call that failed on a path.
  package init(_ error: SystemError, path: [UInt8]) {
    let place = path.isEmpty ? "" : "\(NameText.quoted(path)): "
    if error.isFull {
      self.init(
        "\(place)the disk is full",
        hint: "make room and run the command again; what was committed is safe", status: .partly)
    } else if error.isDenied {
      self.init("\(place)permission denied", hint: "check the owner and mode of the path")
    } else if error.isAbsent {
      self.init("\(place)no such file or folder", hint: "check the spelling of the path")
    } else {
      self.init(
        "\(place)\(error.message.lowercased()) (\(error.call))",
        hint: "the system refused; what was committed is safe")
    }
  }
}
