# Build, test, try and install fsync. `make demo` and `make test` set up what they need.

PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
# The C++ library goes into the program where its archive is found (it comes with the compiler):
# loading and relocating it takes a sixth of the start-up of every command.
CXX_ARCHIVE := $(firstword $(wildcard /usr/lib/gcc/*/*/libstdc++.a))
ARCHIVES = .build/archives
RELEASE = -c release --static-swift-stdlib $(if $(CXX_ARCHIVE),-Xswiftc -L$(CURDIR)/$(ARCHIVES))
BINARY = .build/release/fsync
MAN1 = $(wildcard man/*.1)
MAN5 = $(wildcard man/*.5)
MAN7 = $(wildcard man/*.7)
LIBRARIES = libxxhash-dev zlib1g-dev libzstd-dev
TOOLS = git rsync diffutils patch openssh-client openssh-server mandoc

.PHONY: build libraries archives tools test demo lint format bench install uninstall clean

build: archives
	$(SWIFT) build $(RELEASE) --product fsync

# Installs what is missing and nothing else; without Debian's package manager it only says what.
libraries:
	@sh Tests/Demo/packages.sh $(LIBRARIES)

archives: libraries
	@mkdir -p $(ARCHIVES)$(if $(CXX_ARCHIVE), && ln -sf $(CXX_ARCHIVE) $(ARCHIVES)/libstdc++.a)

tools:
	@sh Tests/Demo/packages.sh $(TOOLS)

test: tools build
	FSYNC_BINARY=$(CURDIR)/$(BINARY) $(SWIFT) test

demo: build
	@sh Tests/Demo/demo.sh $(CURDIR)/$(BINARY)

lint: tools
	$(SWIFT) format lint --strict -r Package.swift Sources Tests
	mandoc -Tlint -W warning $(MAN1) $(MAN5) $(MAN7)

format:
	$(SWIFT) format -i -r Package.swift Sources Tests

# Micro-benchmarks; bench/*.sh compare fsync with other programs.
bench: archives
	$(SWIFT) build $(RELEASE) --product FsyncBench
	.build/release/FsyncBench $(FILTER)

install: build
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/man/man5 $(DESTDIR)$(PREFIX)/share/man/man7
	install -s -m 755 $(BINARY) $(DESTDIR)$(PREFIX)/bin/fsync
	install -m 644 $(MAN1) $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(MAN5) $(DESTDIR)$(PREFIX)/share/man/man5
	install -m 644 $(MAN7) $(DESTDIR)$(PREFIX)/share/man/man7

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/fsync
	cd $(DESTDIR)$(PREFIX)/share/man && rm -f $(patsubst man/%,man1/%,$(MAN1)) \
	  $(patsubst man/%,man5/%,$(MAN5)) $(patsubst man/%,man7/%,$(MAN7))

clean:
	rm -rf .build .build-*
