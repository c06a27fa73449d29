internal import ArgumentParser
import FsyncCore

/// A time span as the command line has it: a number and `s`, `m`, `h`, `d` or `w`; seconds where
/// there is no letter.
struct Duration: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    guard let seconds = TimeSpan.seconds(of: argument) else { return nil }
    self.seconds = Double(seconds)
  }
}
