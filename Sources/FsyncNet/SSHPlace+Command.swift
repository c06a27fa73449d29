extension SSHPlace {
  /// The arguments that ask ssh to run fsync at the place.
  /// - Parameters:
  ///   - ssh: the program and its first arguments.
  ///   - command: what fsync is called there, for the far shell; nil for `fsync`.
  func arguments(ssh: [String], command: String?) -> [[UInt8]] {
    var words = ssh.dropFirst().map { Array($0.utf8) }
    if let port { words += [Array("-p".utf8), Array("\(port)".utf8)] }
    // OpenSSH looks for options behind the host too, unless told that there are none. Other
    // programs may not know `--`; to them, neither the host nor the command looks like one.
    if ssh.first?.split(separator: "/").last == "ssh" { words.append(Array("--".utf8)) }
    words.append(Array(((user.map { $0 + "@" } ?? "") + host).utf8))
    words.append(Array("\(command ?? "fsync") serve --stdio ".utf8) + pathWord)
    return words
  }

  /// The path as one word of the far shell, which expands a leading home.
  private var pathWord: [UInt8] {
    guard path.first == .tilde else { return ShellWords.quote(path) }
    let home = path.prefix { $0 != .slash }
    let rest = path.dropFirst(home.count + 1)
    if rest.isEmpty { return path }
    return home + [.slash] + ShellWords.quote(Array(rest))
  }
}
