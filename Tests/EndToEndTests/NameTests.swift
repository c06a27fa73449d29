import TestSupport
import Testing

/// Names are bytes, all the way from the command line to what is printed.
@Suite struct NameTests {
  /// A repository with names that are hard to take.
  private func machine() throws -> Machine {
    let machine = try Machine()
    let script = """
      $FSYNC init -q --name desk && rm .fsyncignore
      printf bytes >$'bad\\377'; printf line >$'new\\nline'; printf quote >'say "hi"'
      printf dash >./-rf; printf esc >$'\\e[31mred'; printf space >' lead'
      mkdir $'dir\\200'; printf inner >$'dir\\200/inner'; printf e >$'e\\314\\201'; printf e >é
      $FSYNC commit -q -m odd
      """
    try machine.shell(script).expect()
    return machine
  }

  @Test func areQuotedAsGitQuotesThem() throws {
    let machine = try machine()
    let script = """
      # What is not ASCII and yet text, git would quote unless told not to, and then nothing.
      rm $'e\\314\\201' é && $FSYNC commit -q
      git init -q . && echo .fsync >.git/info/exclude
      git add -A && git ls-files | LC_ALL=C sort >../git
      $FSYNC ls -r | grep -v '/$' | LC_ALL=C sort >../ours
      """
    _ = try machine.shell(script)
    #expect(try machine.read("ours") == machine.read("git"))
  }

  @Test func areRawWithNull() throws {
    let machine = try machine()
    let script = """
      find . -path ./.fsync -prune -o ! -name . -printf '%P\\0' | LC_ALL=C sort -z >../found
      $FSYNC ls -r -z | LC_ALL=C sort -z >../ours
      cmp ../found ../ours
      """
    #expect(try machine.shell(script).status == 0)
    try machine.shell("printf x >>$'bad\\377'").expect()
    let expected = Array("M bad".utf8) + [0xff, 0]
    #expect(try machine.fsync("status", "-z").expect().stdout == expected)
    #expect(try machine.fsync("diff", "-z").expect().stdout == expected)
  }

  @Test func reachCommandsByteForByte() throws {
    let machine = try machine()
    #expect(try machine.shell("$FSYNC cat $'bad\\377'").expect().text == "bytes")
    #expect(try machine.shell("$FSYNC cat $'dir\\200/inner'").expect().text == "inner")
    #expect(try machine.shell("$FSYNC cat -- -rf").expect().text == "dash")
    #expect(try machine.shell("$FSYNC cat ' lead'").expect().text == "space")
    #expect(try machine.shell("cd $'dir\\200' && $FSYNC cat inner").expect().text == "inner")
    #expect(try machine.shell("$FSYNC -C $'dir\\200' cat inner").expect().text == "inner")
    try machine.shell("$FSYNC mv $'bad\\377' $'worse\\376'").expect()
    #expect(try machine.shell("cat $'worse\\376'").expect().text == "bytes")
    try machine.shell("$FSYNC rm -- -rf").expect()
    #expect(!machine.exists("desk/-rf"))
  }

  @Test func areTheSameInAClone() throws {
    let machine = try machine()
    try machine.shell("$FSYNC clone -q . $'../lap\\377' && diff -r -x .fsync . $'../lap\\377'")
      .expect()
    try machine.shell("echo more >>$'bad\\377' && $FSYNC -C $'../lap\\377' sync -q").expect()
    try machine.shell("diff -r -x .fsync . $'../lap\\377'").expect()
  }

  @Test func comeAsBase64InDocuments() throws {
    let machine = try machine()
    let entries = try machine.fsync("ls", "--json").expect().json()["entries"]?.elements ?? []
    let names = entries.compactMap { $0["path"] }
    #expect(names.contains(.object(["path64": .string("YmFk/w==")])))
    #expect(names.contains(.string("new\nline")))
    #expect(names.contains(.string("\u{1b}[31mred")))
    #expect(names.count == 9)
  }

  @Test func cannotCommandATerminal() throws {
    let machine = try machine()
    for words in [["ls"], ["log", "-v"], ["show"]] {
      let ran = try run(Machine.binary, ["-C", "\(machine.path)/desk"] + words)
      #expect(!ran.stdout.contains(0x1b))
    }
    try machine.fsync("commit", "-q").expect()
    try machine.shell("echo x >y && $FSYNC commit -q -m $'evil \\e[2J'").expect()
    #expect(try machine.fsync("log").expect().text.contains("    evil \\033[2J\n"))
  }

  @Test func thatAreWrongAreShownInErrors() throws {
    let machine = try machine()
    let ran = try machine.shell("$FSYNC cat $'no\\377\\nsuch'").expect(1)
    #expect(ran.errors.hasPrefix("fsync: error: nothing is at \"no\\377\\nsuch\"\n"))
    for path in ["..", "../x", "/etc/passwd", ".fsync", ".fsync/config", ""] {
      let ran = try machine.fsync("cat", path).expect(1)
      #expect(ran.errors.hasPrefix("fsync: error: "))
    }
  }

  @Test func areFoundFromEverywhere() throws {
    let machine = try Machine.withDesk()
    try machine.shell("mkdir deep && echo inner >deep/file && ln -s desk ../way").expect()
    try machine.fsync("commit", "-q").expect()
    #expect(try machine.fsync("cat", "../list", at: "desk/deep").expect().text.hasPrefix("milk"))
    #expect(try machine.fsync("cat", "\(machine.path)/desk/list").expect().text.hasPrefix("milk"))
    #expect(try machine.fsync("cat", "list", at: "way").expect().text.hasPrefix("milk"))
    #expect(try machine.fsync("cat", "./deep/./file").expect().text == "inner\n")
  }
}
