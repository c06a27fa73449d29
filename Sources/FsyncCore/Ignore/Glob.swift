/// A path below some folder in two pieces, so that none is put together for each file.
struct SplitPath {
  /// The folder's bytes without slashes at its ends; empty for none.
  let folder: UnsafeRawBufferPointer
  /// The last component.
  let name: UnsafeRawBufferPointer

  /// Makes a path of a folder and a name.
  init(folder: UnsafeRawBufferPointer = .init(start: nil, count: 0), name: UnsafeRawBufferPointer) {
    self.folder = folder
    self.name = name
  }

  /// The number of bytes of the whole path.
  var count: Int { folder.isEmpty ? name.count : folder.count + 1 + name.count }

  /// Returns a byte of the whole path.
  subscript(index: Int) -> UInt8 {
    if folder.isEmpty { return name[index] }
    if index < folder.count { return folder[index] }
    return index == folder.count ? 0x2f : name[index - folder.count - 1]
  }
}

/// A compiled wildcard pattern.
///
/// Matching follows all ways through the pattern at once, so it costs at most the length of the
/// text times that of the pattern, whatever the pattern is.
struct Glob: Hashable, Sendable {
  /// One step of a pattern.
  enum Step: Hashable, Sendable {
    /// This byte.
    case byte(UInt8)
    /// Any byte but a slash.
    case any
    /// Any byte of a set, by its number in `sets`, but a slash.
    case set(UInt16)
    /// Any bytes but slashes, or nothing.
    case star
    /// Any bytes, or nothing.
    case everything
    /// Nothing, or the two steps that follow: the start of `**/`.
    case optional
  }

  /// The steps in order.
  let steps: [Step]
  private let sets: [ByteSet]
  /// How many steps at the start are bytes.
  let literalCount: Int

  /// Compiles a pattern; nil where it can match nothing: a bracket that does not close, a
  /// class that is not known, a `\` at the end, or nothing at all.
  /// - Parameter crossesFolders: whether `**` between slashes stands for any number of folders;
  ///   else every run of stars is as one.
  init?(_ pattern: ArraySlice<UInt8>, crossesFolders: Bool) {
    var steps: [Step] = []
    var sets: [ByteSet] = []
    var index = pattern.startIndex
    let end = pattern.endIndex
    while index < end {
      let byte = pattern[index]
      index += 1
      switch byte {
      case 0x5c:
        guard index < end else { return nil }
        steps.append(.byte(pattern[index]))
        index += 1
      case 0x3f: steps.append(.any)
      case 0x5b:
        guard let set = ByteSet(bracket: pattern, at: &index) else { return nil }
        guard sets.count < UInt16.max else { return nil }
        steps.append(.set(UInt16(sets.count)))
        sets.append(set)
      case 0x2a:
        let start = index - 1
        while index < end, pattern[index] == 0x2a { index += 1 }
        // As in git, a literal start is cut off first, and `**` may follow that too.
        let isFirst = !pattern[..<start].contains(where: Glob.isSpecial)
        let opens = isFirst || pattern[start - 1] == 0x2f
        let rest = pattern[index...]
        let closes = rest.isEmpty || rest.first == 0x2f || rest.starts(with: [0x5c, 0x2f])
        guard crossesFolders, index - start > 1, opens, closes else {
          steps.append(.star)
          continue
        }
        // `**/` may stand for nothing at all, its slash included.
        if rest.first == 0x2f { steps.append(.optional) }
        steps.append(.everything)
      default: steps.append(.byte(byte))
      }
    }
    guard !steps.isEmpty else { return nil }
    self.steps = steps
    self.sets = sets
    literalCount =
      steps.firstIndex { if case .byte = $0 { false } else { true } } ?? steps.count
  }

  /// Says whether a byte of a pattern stands for more than itself.
  private static func isSpecial(_ byte: UInt8) -> Bool {
    byte == 0x2a || byte == 0x3f || byte == 0x5b || byte == 0x5c
  }

  /// The bytes that a pattern without wildcards stands for; nil for any other.
  var literal: [UInt8]? { literalCount == steps.count ? Glob.bytes(steps[...]) : nil }

  /// The bytes that every match begins with.
  var head: [UInt8] { Glob.bytes(steps[..<literalCount]) }

  /// The bytes that every match ends with, after its last slash.
  var tail: [UInt8] {
    let bytes = steps.reversed().prefix {
      if case .byte(let byte) = $0 { byte != 0x2f } else { false }
    }
    return Array(Glob.bytes(bytes.reversed()[...]))
  }

  /// The bytes that follow a pattern's only wildcard, a star at its start; nil for any other.
  var suffix: [UInt8]? {
    guard steps.first == .star else { return nil }
    let rest = Glob.bytes(steps.dropFirst())
    return rest.count == steps.count - 1 ? rest : nil
  }

  /// The bytes before a pattern's only wildcard, a star at its end; nil for any other.
  var prefix: [UInt8]? {
    guard steps.last == .star, literalCount == steps.count - 1 else { return nil }
    return Glob.bytes(steps.dropLast())
  }

  private static func bytes(_ steps: ArraySlice<Step>) -> [UInt8] {
    steps.compactMap { if case .byte(let byte) = $0 { byte } else { nil } }
  }

  /// Says whether the pattern matches a whole path.
  func matches(_ path: SplitPath) -> Bool {
    let length = path.count
    guard literalCount <= length else { return false }
    for index in 0..<literalCount {
      guard steps[index] == .byte(path[index]) else { return false }
    }
    if literalCount == steps.count { return literalCount == length }
    let words = steps.count / 64 + 1
    return withUnsafeTemporaryAllocation(of: UInt64.self, capacity: words * 2) { memory in
      memory.initialize(repeating: 0)
      var now = Positions(words: memory.extracting(0..<words))
      var next = Positions(words: memory.extracting(words..<words * 2))
      enter(literalCount, &now)
      for index in literalCount..<length {
        guard advance(now, over: path[index], into: &next) else { return false }
        swap(&now, &next)
        next.removeAll()
      }
      return now.contains(steps.count)
    }
  }

  /// Adds a position and those that are reached from it without a byte.
  private func enter(_ position: Int, _ positions: inout Positions) {
    var position = position
    while !positions.contains(position) {
      positions.insert(position)
      guard position < steps.count else { return }
      switch steps[position] {
      case .star, .everything: position += 1
      case .optional:
        // `**/`: the steps behind it, the slash, and what follows. In place of a call for the rest:
        // there may be as many of them as a line has room for.
        positions.insert(position + 1)
        positions.insert(position + 2)
        position += 3
      case .byte, .any, .set: return
      }
    }
  }

  /// Takes a byte at every position; false where none takes it.
  private func advance(_ now: Positions, over byte: UInt8, into next: inout Positions) -> Bool {
    var isAlive = false
    for word in now.words.indices {
      var bits = now.words[word]
      while bits != 0 {
        let position = word * 64 + bits.trailingZeroBitCount
        bits &= bits - 1
        guard position < steps.count else { continue }
        let target: Int? =
          switch steps[position] {
          case .byte(let expected): byte == expected ? position + 1 : nil
          case .any: byte != 0x2f ? position + 1 : nil
          case .set(let set): byte != 0x2f && sets[Int(set)].contains(byte) ? position + 1 : nil
          case .star: byte != 0x2f ? position : nil
          case .everything: position
          case .optional: nil
          }
        guard let target else { continue }
        enter(target, &next)
        isAlive = true
      }
    }
    return isAlive
  }
}

/// A set of positions in a pattern, in memory that the caller owns.
private struct Positions {
  var words: UnsafeMutableBufferPointer<UInt64>

  func contains(_ position: Int) -> Bool {
    words[position >> 6] >> UInt64(position & 63) & 1 != 0
  }

  func insert(_ position: Int) {
    words[position >> 6] |= 1 << UInt64(position & 63)
  }

  func removeAll() {
    words.update(repeating: 0)
  }
}
