/// How much is sent at once: for people who want to see how far it is.
package struct Outline: Hashable, Sendable {
  /// The objects.
  package var objects: Int
  /// The files among whose objects those are, but for files that need none of their own.
  package var files: Int

  /// Makes an outline.
  package init(objects: Int, files: Int) {
    self.objects = objects
    self.files = files
  }
}
