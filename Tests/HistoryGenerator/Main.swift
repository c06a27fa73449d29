import FsyncRepo
import FsyncSystem

/// Makes a repository with a long history: `HistoryGenerator PATH COUNT [REPLICAS]`.
@main
enum Main {
  static func main() throws {
    let arguments = Host.arguments()
    let words = arguments.map { String(decoding: $0, as: UTF8.self) }
    guard words.count >= 2, let count = Int(words[1]), count > 0 else {
      print("usage: HistoryGenerator PATH COUNT [REPLICAS]")
      return
    }
    let repository = try Repository.initialize(at: arguments[0])
    var history = GeneratedHistory(count: count)
    if words.count > 2, let replicas = Int(words[2]), replicas > 0 { history.replicas = replicas }
    let heads = try history.write(to: repository)
    _ = try repository.update()
    for head in heads { print(head) }
  }
}
