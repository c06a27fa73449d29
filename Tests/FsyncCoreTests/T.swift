import Testing
import FsyncCore
@Test func shaWorks() { #expect(sha([]).count == 32) }
