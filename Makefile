# Build, test, try and install fsync. `make demo` and `make test` set up what they need.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
# Libraries go into the program where their archives are found (they come with the compiler and with
# the headers): loading and relocating them takes a fifth of the start-up of every command. What the
# program exports nobody looks up by name, and it would keep all that it names.
CXX_ARCHIVE := $(firstword $(wildcard /usr/lib/gcc/*/*/libstdc++.a))
ARCHIVES = .build/archives
RELEASE = -c release --static-swift-stdlib -Xlinker --no-export-dynamic \
  $(if $(CXX_ARCHIVE),-Xswiftc -L$(CURDIR)/$(ARCHIVES) --pkg-config-path $(CURDIR)/$(ARCHIVES))
BINARY = .build/release/fsync
MAN1 = $(wildcard man/*.1)
MAN5 = $(wildcard man/*.5)
MAN7 = $(wildcard man/*.7)
MAN8 = $(wildcard man/*.8)
PROGRAMS = fsync fsync-http fsync-hub
LIBRARIES = libxxhash-dev zlib1g-dev libzstd-dev libarchive-dev
# How long all decoders together are fuzzed, and from which seed.
SECONDS = 60
SEED = 1
TOOLS = git rsync diffutils patch openssh-client openssh-server openssl mandoc unzip

.PHONY: build libraries archives tools test fuzz sanitize demo lint format bench install uninstall clean

# All programs at once, since a module is compiled by one processor.
build: archives
	$(SWIFT) build $(RELEASE)

# Installs what is missing and nothing else; without Debian's package manager it only says what.
libraries:
	@sh Tests/Demo/packages.sh $(LIBRARIES)

# The linker finds archives before shared libraries where a library's description names their folder
# first. The unwinder goes in with the C++ library alone, by the name that is asked for.
archives: libraries
	@mkdir -p $(ARCHIVES)
	@folder=/usr/lib/$$(uname -m)-linux-gnu; \
	for archive in $(CXX_ARCHIVE) $$folder/libxxhash.a $$folder/libz.a $$folder/libzstd.a; do \
	  [ ! -e "$$archive" ] || ln -sf "$$archive" $(ARCHIVES)/; \
	done; \
	for about in libxxhash.pc zlib.pc libzstd.pc libarchive.pc; do \
	  [ ! -e "$$folder/pkgconfig/$$about" ] || \
	    sed 's|^Libs:|& -L$(CURDIR)/$(ARCHIVES)|' "$$folder/pkgconfig/$$about" >$(ARCHIVES)/$$about; \
	done
	@unwinder=$(dir $(CXX_ARCHIVE))libgcc_eh.a; \
	[ -z "$(CXX_ARCHIVE)" ] || [ ! -e "$$unwinder" ] || ln -sf "$$unwinder" $(ARCHIVES)/libgcc_s.a

tools:
	@sh Tests/Demo/packages.sh $(TOOLS)

# The programs that speak HTTP are tested as they were built for release; to build what they bring along
# without optimisation as well would take as long as all the tests.
test: tools build
	FSYNC_BINARY=$(CURDIR)/$(BINARY) FSYNC_WITHOUT_HTTP=1 $(SWIFT) test --scratch-path .build-test
	$(MAKE) fuzz

# Tries changed inputs on every decoder; `make fuzz SECONDS=600 SEED=7 TARGETS="server client"`.
fuzz: build
	.build/release/FsyncFuzz --seconds $(SECONDS) --seed $(SEED) $(TARGETS)

# The same tests with every access to memory checked. Checked frames are large, and some tests go deep.
# Threads cannot be checked so: their sanitizer does not know the locks of Swift's library.
sanitize: tools archives
	ulimit -s 131072 && ASAN_OPTIONS=detect_leaks=0 FSYNC_WITHOUT_HTTP=1 $(SWIFT) test \
	  --sanitize=address --scratch-path .build-sanitize --skip EndToEndTests --skip ManualTests

demo: build
	@sh Tests/Demo/demo.sh $(CURDIR)/$(BINARY)

lint: tools
	$(SWIFT) format lint --strict -r Package.swift Sources Tests
	mandoc -Tlint -W warning $(MAN1) $(MAN5) $(MAN7) $(MAN8)

format:
	$(SWIFT) format -i -r Package.swift Sources Tests

# Micro-benchmarks; bench/*.sh compare fsync with other programs.
bench: archives
	$(SWIFT) build $(RELEASE) --product FsyncBench
	.build/release/FsyncBench $(FILTER)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7 \
	  $(DESTDIR)$(PREFIX)/share/man/man8
	install -s -m 755 $(patsubst %,.build/release/%,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MAN1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(MAN5) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(MAN7) $(DESTDIR)$(PREFIX)/share/man/man7
	install -m 644 $(MAN8) $(DESTDIR)$(PREFIX)/share/man/man8

uninstall:
	rm -f $(patsubst %,$(DESTDIR)$(PREFIX)/bin/%,$(PROGRAMS))
	cd $(DESTDIR)$(PREFIX)/share/man && rm -f $(patsubst man/%,man1/%,$(MAN1)) \
	  $(patsubst man/%,man5/%,$(MAN5)) $(patsubst man/%,man7/%,$(MAN7)) \
	  $(patsubst man/%,man8/%,$(MAN8))

clean:
	rm -rf .build .build-*
