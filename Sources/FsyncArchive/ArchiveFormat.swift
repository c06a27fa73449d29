/// How files are packed into one.
package enum ArchiveFormat: String, Hashable, Sendable, CaseIterable {
  /// tar as POSIX has it (pax), with gzip.
  case tarGzip = "tar.gz"
  /// tar as POSIX has it (pax), with zstd.
  case tarZstd = "tar.zst"
  /// zip with deflate.
  case zip

  /// The media type.
  package var mediaType: String {
    switch self {
    case .tarGzip: "application/gzip"
    case .tarZstd: "application/zstd"
    case .zip: "application/zip"
    }
  }
}

/// Why an archive could not be written.
package enum ArchiveError: Error, Hashable, Sendable {
  /// Whoever takes the bytes takes no more.
  case closed
  /// A file turned out to be shorter or longer than was said.
  case size
  /// The library failed, in words.
  case library(String)
}
