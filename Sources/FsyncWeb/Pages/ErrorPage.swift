/// A page that says why there is no other.
package enum ErrorPage {
  /// The page of a status of HTTP.
  /// - Parameter words: more than the status says.
  package static func page(_ status: Int, _ words: String? = nil) -> HTML {
    let title = title(status)
    return Frame(title: title, trail: Frame.hub, last: HTML("\(status)")).page {
      HTML.element(.h1) { title }
      HTML.element(.p) { words ?? explanation(status) }
      HTML.element(.p) { HTML.element(.a, .href(.hub(after: nil))) { "To the repositories" } }
    }
  }

  private static func title(_ status: Int) -> String {
    switch status {
    case 401: "A token is needed"
    case 404: "There is nothing here"
    case 410: "Not kept here any more"
    case 416: "There is no such part"
    case 429: "Too many attempts"
    case 503: "Too much is going on"
    default: "This did not work"
    }
  }

  private static func explanation(_ status: Int) -> String {
    switch status {
    case 401:
      "Reload this page and enter your token as the password; the name does not matter. "
        + "Whoever runs this hub makes tokens with fsync hub token."
    case 404: "There is no such page, or your token gives no right to it."
    case 410: "The content was pruned."
    case 416: "The file is shorter than that."
    case 429: "Too many wrong tokens came from your address. Try again in a minute or two."
    case 503: "The hub is doing as much as it may. Try again in a few seconds."
    default: "The hub could not answer; its log says why."
    }
  }
}
