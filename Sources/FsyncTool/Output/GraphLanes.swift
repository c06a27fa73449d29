import FsyncCore
import FsyncRepo

/// Draws how commits follow each other: a column for each line of history.
///
/// Commits must come after all of their children. A lane waits for one commit; a lane that is
/// free again is taken by the next that needs one, so that columns never move.
struct GraphLanes {
  private var lanes: [ObjectID?] = []

  init() {}

  /// The lines of a commit: joins before it, itself, and what parts after it.
  mutating func lines(_ entry: LogEntry, _ style: Style) -> [String] {
    let (id, commit) = (style(entry.id.short, .note), entry.commit)
    let date = TimeText.plain(commit.time, zone: commit.zone)
    let replica = style(NameText.line(commit.replicaName), .place)
    let text = "\(id) \(date) \(replica) \(entry.title)"
    var rows = self.rows(of: entry.id, parents: entry.commit.parents)
    rows.lines[rows.own] += "  \(text)"
    let blank = (entry.changes ?? []).map { "\(bars())  \($0.line(style))" }
    return rows.lines + blank
  }

  /// The drawing of a commit, and which of its rows is the commit's own.
  mutating func rows(of id: ObjectID, parents: [ObjectID]) -> (lines: [String], own: Int) {
    var lines: [String] = []
    let waiting = lanes.indices.filter { lanes[$0] == id }
    let lane = waiting.first ?? free()
    if waiting.count > 1 {
      for other in waiting.dropFirst() { lanes[other] = nil }
      lanes[lane] = id
      lines.append(row(from: lane, to: Array(waiting.dropFirst()), mark: "/"))
    }
    lanes[lane] = id
    let own = lines.count
    lines.append(bars(marking: lane))
    lanes[lane] = nil
    var parted: [Int] = []
    for parent in parents {
      if parent == parents.first {
        lanes[lane] = parent
      } else {
        let other = free(after: lane)
        lanes[other] = parent
        parted.append(other)
      }
    }
    if !parted.isEmpty { lines.append(row(from: lane, to: parted, mark: "\\")) }
    while let last = lanes.last, last == nil { lanes.removeLast() }
    return (lines, own)
  }

  /// A lane that waits for nothing, at the right end where there is none.
  private mutating func free(after lane: Int = -1) -> Int {
    if let index = lanes.indices.first(where: { $0 > lane && lanes[$0] == nil }) { return index }
    lanes.append(nil)
    return lanes.count - 1
  }

  private func bars(marking lane: Int? = nil) -> String {
    let last = lanes.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0
    return lanes[..<last].indices.map { $0 == lane ? "*" : lanes[$0] == nil ? " " : "|" }
      .joined(separator: " ")
  }

  /// A row that ties one lane to others on its right: lanes lie in even columns.
  private func row(from lane: Int, to others: [Int], mark: Character) -> String {
    var columns: [Character] = Array(repeating: " ", count: lanes.count * 2)
    for index in lanes.indices where lanes[index] != nil && !others.contains(index) {
      columns[index * 2] = "|"
    }
    for other in others {
      for column in lane * 2 + 1..<other * 2 where columns[column] == " " { columns[column] = "_" }
    }
    for other in others { columns[other * 2 - 1] = mark }
    while columns.last == " " { columns.removeLast() }
    return String(columns)
  }
}
