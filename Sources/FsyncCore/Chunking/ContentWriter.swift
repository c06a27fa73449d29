/// Turns content that is in memory into objects, exactly as the commit of a file does.
package enum ContentWriter {
  /// Puts the objects of a file's content and returns the id that its entry names: a chunk up
  /// to `Limits.wholeFile` bytes, else a list.
  package static func write(_ bytes: [UInt8], to objects: ObjectOverlay) -> ObjectID {
    if bytes.count <= Limits.wholeFile { return objects.put(.chunk, bytes) }
    let put: ContentBuilder.Put<Never> = { kind, buffer in objects.put(kind, Array(buffer)) }
    var builder = ContentBuilder()
    bytes.withUnsafeBytes { builder.append($0, put: put) }
    return builder.finish(put: put)
  }
}
