internal import ArgumentParser

/// A time span as the command line has it: a number and `s`, `m`, `h`, `d` or `w`; seconds where
/// there is no letter.
struct Duration: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
    let unit = argument.last.flatMap { units[$0] }
    guard let number = Int(unit == nil ? argument : String(argument.dropLast())),
      (1...1_000_000_000).contains(number)
    else { return nil }
    seconds = Double(number * (unit ?? 1))
  }
}
