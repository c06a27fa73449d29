/// A date and a time of day without a zone.
package struct CivilTime: Hashable, Sendable {
  /// The year of the proleptic Gregorian calendar.
  package var year: Int
  /// 1 to 12.
  package var month: Int
  /// 1 to 31.
  package var day: Int
  /// 0 to 23.
  package var hour = 0
  /// 0 to 59.
  package var minute = 0
  /// 0 to 60, for leap seconds.
  package var second = 0

  /// Makes a time of its fields.
  package init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
    self.year = year
    self.month = month
    self.day = day
    self.hour = hour
    self.minute = minute
    self.second = second
  }

  /// The time in UTC at seconds since 1970.
  package init(utc seconds: Int64) {
    // Bounded so that no clock, however wrong, can overflow the calendar.
    let seconds = min(max(seconds, -1 << 55), 1 << 55)
    let days = Int(seconds >= 0 ? seconds / 86400 : (seconds - 86399) / 86400)
    let rest = Int(seconds - Int64(days) * 86400)
    // Days are counted from 0000-03-01, so that leap days end a year; an era has 400 years.
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let ofEra = shifted - era * 146_097
    let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
    let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let marchMonth = (5 * ofYear + 2) / 153
    let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
    self.init(
      year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
      day: ofYear - (153 * marchMonth + 2) / 5 + 1, hour: rest / 3600, minute: rest / 60 % 60,
      second: rest % 60)
  }

  /// Seconds since 1970, read as UTC.
  package var utcSeconds: Int64 {
    let marchYear = month <= 2 ? year - 1 : year
    let era = (marchYear >= 0 ? marchYear : marchYear - 399) / 400
    let yearOfEra = marchYear - era * 400
    let marchMonth = month > 2 ? month - 3 : month + 9
    let ofYear = (153 * marchMonth + 2) / 5 + day - 1
    let ofEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear
    let days = era * 146_097 + ofEra - 719_468
    return Int64(days) * 86400 + Int64(hour * 3600 + minute * 60 + second)
  }

  /// Says whether every field is within its bounds, the month's length included.
  package var isValid: Bool {
    guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
      (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
    else { return false }
    return day <= CivilTime.days(inMonth: month, of: year)
  }

  /// The number of days of a month.
  package static func days(inMonth month: Int, of year: Int) -> Int {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// The same time of day some months later, on the month's last day where it is shorter.
  package func adding(months: Int) -> CivilTime {
    let total = year * 12 + month - 1 + months
    var result = self
    result.year = total >= 0 ? total / 12 : (total - 11) / 12
    result.month = total - result.year * 12 + 1
    result.day = min(day, CivilTime.days(inMonth: result.month, of: result.year))
    return result
  }
}
