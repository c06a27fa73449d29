/// The notes of all objects that are reached, by their number.
///
/// In columns, since what decides the order of a pack is not needed any more once it is decided.
struct Notes {
  private var names: [UInt64] = []
  private var paths: [UInt64] = []
  private var ages: [UInt32] = []
  private var packNumbers: [UInt32] = []
  private var hasPlaces = true

  /// How many there are.
  var count: Int { ages.count }

  /// Makes room for so many in all.
  mutating func reserve(_ count: Int) {
    names.reserveCapacity(count)
    paths.reserveCapacity(count)
    ages.reserveCapacity(count)
  }

  mutating func append(_ note: Note) {
    ages.append(note.age)
    if !packNumbers.isEmpty { packNumbers.append(0) }
    guard hasPlaces else { return }
    names.append(note.name)
    paths.append(note.path)
  }

  /// The note of a number; without its place where those have been forgotten.
  subscript(_ number: Int) -> Note {
    var note = Note(age: ages[number])
    if hasPlaces { (note.name, note.path) = (names[number], paths[number]) }
    return note
  }

  func age(_ number: Int) -> UInt32 { ages[number] }

  /// Notes that an object is at most so old.
  mutating func lower(_ number: Int, to age: UInt32) { ages[number] = min(ages[number], age) }

  /// Forgets names and paths.
  mutating func forgetPlaces() {
    hasPlaces = false
    names = []
    paths = []
  }

  /// The object's number in the pack that is being written; nil where it has none yet.
  func packNumber(_ number: Int) -> Int? {
    guard number < packNumbers.count, packNumbers[number] > 0 else { return nil }
    return Int(packNumbers[number]) - 1
  }

  mutating func setPackNumber(_ number: Int, to place: Int) {
    if packNumbers.isEmpty { packNumbers = [UInt32](repeating: 0, count: ages.count) }
    packNumbers[number] = UInt32(place + 1)
  }
}
