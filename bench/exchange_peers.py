"""The programs that exchange.py compares, and the machine at the far end of them: this one."""

import os
import shutil
import subprocess
import sys
import time

SSH_PORT, HUB_PORT, RELAY_PORT = 22031, 22032, 22033


def run(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)
    if done.returncode:
        raise SystemExit(f"failed: {command}\n{done.stdout.decode(errors='replace')[-2000:]}")
    return done.stdout


class Far:
    """An sshd, and a hub with the counter before it; ssh in the PATH goes through the counter."""

    def __init__(self, work, fsync, wire):
        self.work, self.fsync, self.wire = work, fsync, wire
        self.state = os.path.join(work, "late")
        self.running = []

    def path(self, name):
        return os.path.join(self.work, name)

    def write(self, name, text, mode=0o600):
        with open(self.path(name), "w") as file:
            file.write(text)
        os.chmod(self.path(name), mode)

    def start(self):
        os.makedirs("/run/sshd", exist_ok=True)
        os.mkdir(self.path("home"))
        os.environ.update(HOME=self.path("home"), UNISON=self.path("unison"), RESTIC_PASSWORD="bench")
        os.environ.update(GIT_CONFIG_NOSYSTEM="1", RESTIC_CACHE_DIR=self.path("cache"))
        for key, value in (("user.email", "b@example.org"), ("user.name", "b"), ("gc.auto", "0")):
            run("git", "config", "--global", key, value)
        for name in ("host", "id"):
            run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.path(name))
        shutil.copy(self.path("id.pub"), self.path("authorized"))
        os.mkdir(self.path("far-bin"))
        os.symlink(self.fsync, self.path("far-bin/fsync"))
        # Bash is told that it is not the first: what it would read at its start is nobody's work here.
        self.write(
            "sshd",
            f"Port {SSH_PORT}\nListenAddress 127.0.0.1\nHostKey {self.path('host')}\n"
            f"AuthorizedKeysFile {self.path('authorized')}\nStrictModes no\nPidFile none\nUsePAM no\n"
            f"Subsystem sftp internal-sftp\nSetEnv PATH={self.path('far-bin')}:{os.environ['PATH']}"
            f" UNISON={self.path('unison-far')} SHLVL=1\n",
        )
        os.mkdir(self.path("bin"))
        self.write(
            "bin/ssh",
            f"#!/bin/sh\nset -- /usr/bin/ssh -F none -i {self.path('id')} -o StrictHostKeyChecking=no"
            f" -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR \"$@\"\n"
            f"[ ! -e {self.state} ] || set -- {sys.executable} {self.wire} pipe {self.state} \"$@\"\n"
            'exec "$@"\n',
            0o700,
        )
        os.environ["PATH"] = self.path("bin") + ":" + os.environ["PATH"]
        os.mkdir(self.path("hub"))
        relay = [sys.executable, self.wire, "tcp", self.state, str(RELAY_PORT), str(HUB_PORT)]
        serve = [self.fsync, "serve", self.path("hub"), "--listen", f"127.0.0.1:{HUB_PORT}"]
        with open(self.path("log"), "w") as log:
            for command in (["/usr/sbin/sshd", "-D", "-f", self.path("sshd")], serve, relay):
                self.running.append(subprocess.Popen(command, stdout=log, stderr=log))
        self.await_answers()

    def await_answers(self):
        for _ in range(100):
            answer = subprocess.run(
                ["ssh", "-p", str(SSH_PORT), "root@127.0.0.1", "true"], stderr=subprocess.DEVNULL
            )
            if answer.returncode == 0:
                time.sleep(0.5)
                return
            time.sleep(0.1)
        raise SystemExit("sshd does not answer: " + open(self.path("log")).read())

    def end(self):
        for each in self.running:
            each.terminate()


class Peer:
    """A program with a folder near and one far. `sync` is what is measured."""

    rows = ("nothing", "line", "both", "insert", "first")
    # Whether the counter is always between, since it listens where the program connects to.
    always_counted = False

    def __init__(self, far, source, work):
        self.far, self.source, self.work = far, source, work
        os.mkdir(work)
        self.near, self.other = os.path.join(work, "near"), os.path.join(work, "far")
        self.copies = 0

    @classmethod
    def can(cls, row):
        return row in cls.rows and shutil.which(cls.program) is not None

    def copy(self):
        run("cp", "-a", self.source, self.near)

    def share_other(self):
        """Brings what was changed in `other` to the far end, where that is elsewhere."""

    def next(self):
        self.copies += 1
        return os.path.join(self.work, f"first-{self.copies}")


class FsyncSSH(Peer):
    title, program = "fsync, ssh", "sh"

    def __init__(self, far, source, work):
        super().__init__(far, source, work)
        self.copy()
        self.call("init", "-q")
        self.call("commit", "-q", "-m", "first")

    def call(self, *words):
        return run(self.far.fsync, "-C", self.near, *words)

    def address(self, path):
        return f"ssh://root@127.0.0.1:{SSH_PORT}{path}"

    def prepare(self):
        run(self.far.fsync, "clone", "-q", self.near, self.other)
        self.call("remote", "add", "peer", self.address(self.other))
        self.sync()

    def sync(self):
        self.call("sync", "-q", "peer")

    def first(self):
        run(self.far.fsync, "clone", "-q", self.address(self.near), self.next())


class FsyncHTTP(FsyncSSH):
    title = "fsync, HTTP"
    always_counted = True

    def __init__(self, far, source, work):
        super().__init__(far, source, work)
        self.name = os.path.basename(work)
        run(far.fsync, "-C", far.path("hub"), "hub", "create", self.name)
        self.url = f"http://127.0.0.1:{RELAY_PORT}/{self.name}"
        self.call("remote", "add", "peer", self.url)
        with open(far.state, "w") as file:
            file.write("0")
        self.sync()

    def prepare(self):
        run(self.far.fsync, "clone", "-q", self.url, self.other)
        self.sync()

    def share_other(self):
        with open(self.far.state, "w") as file:
            file.write("0")
        run(self.far.fsync, "-C", self.other, "sync", "-q")

    def first(self):
        url = self.url
        if not os.path.exists(self.far.state):
            url = url.replace(f":{RELAY_PORT}/", f":{HUB_PORT}/")
        run(self.far.fsync, "clone", "-q", url, self.next())


class Rsync(Peer):
    title = program = "rsync"
    rows = ("nothing", "line", "insert", "first")

    def __init__(self, far, source, work):
        super().__init__(far, source, work)
        self.copy()

    def prepare(self):
        run("cp", "-a", self.near, self.other)

    def call(self, *words):
        run("rsync", "-a", "-z", "-e", f"ssh -p {SSH_PORT}", *words)

    def sync(self):
        self.call("--delete", self.near + "/", f"root@127.0.0.1:{self.other}/")
        run("sync", "-f", self.work)

    def first(self):
        self.call(f"root@127.0.0.1:{self.near}/", self.next() + "/")
        run("sync", "-f", self.work)


class Tar(Rsync):
    title, program = "tar, zstd and ssh in a pipe", "zstd"
    rows = ("first",)

    def first(self):
        there = f"tar -C {self.near} -cf - . | zstd -q -1"
        here = self.next()
        run(
            "sh",
            "-c",
            f"mkdir {here} && ssh -p {SSH_PORT} root@127.0.0.1 '{there}' |"
            f" zstd -q -d | tar -C {here} -xf - && sync -f {here}",
        )


class Unison(Rsync):
    title = program = "unison"
    rows = ("nothing", "line", "both", "insert")

    def prepare(self):
        super().prepare()
        self.sync()

    def sync(self):
        far = f"ssh://root@127.0.0.1:{SSH_PORT}/{self.other}"
        run("unison", "-batch", "-silent", "-times", self.near, far)
        run("sync", "-f", self.work)


class Git(Peer):
    title = program = "git"
    rows = ("nothing", "line", "both", "first")

    def __init__(self, far, source, work):
        super().__init__(far, source, work)
        self.copy()
        self.bare = os.path.join(work, "bare")
        self.call("init", "-q", "-b", "main")
        self.commit()
        run("git", "clone", "-q", "--bare", self.near, self.bare)

    def call(self, *words, at=None):
        return run("git", "-C", at or self.near, *words)

    def commit(self, at=None):
        self.call("add", "-A", at=at)
        self.call("commit", "-q", "--allow-empty", "-m", "x", at=at)

    def prepare(self):
        self.call("remote", "add", "origin", f"ssh://root@127.0.0.1:{SSH_PORT}{self.bare}")
        self.call("fetch", "-q", "origin")
        self.call("branch", "-q", "-u", "origin/main")
        run("git", "clone", "-q", self.bare, self.other)

    def share_other(self):
        self.call("pull", "-q", "--no-rebase", "--no-edit", at=self.other)
        self.commit(self.other)
        self.call("push", "-q", at=self.other)

    def sync(self):
        self.call("add", "-A")
        if self.call("status", "--porcelain"):
            self.call("commit", "-q", "-m", "x")
        self.call("pull", "-q", "--no-rebase", "--no-edit")
        if self.call("rev-list", "origin/main..main"):
            self.call("push", "-q")

    def first(self):
        run("git", "clone", "-q", f"ssh://root@127.0.0.1:{SSH_PORT}{self.bare}", self.next())


class Restic(Peer):
    title, program = "restic (a snapshot each)", "restic"
    rows = ("nothing", "line", "insert")

    def __init__(self, far, source, work):
        super().__init__(far, source, work)
        self.copy()

    def call(self, *words):
        ssh = f"sftp.command=ssh -p {SSH_PORT} root@127.0.0.1 -s sftp"
        run("restic", "-q", "-o", ssh, "-r", f"sftp:root@127.0.0.1:{self.other}", *words)

    def prepare(self):
        self.call("init")
        self.sync()

    def sync(self):
        self.call("backup", self.near)


PEERS = {
    "fsync-ssh": FsyncSSH,
    "fsync-http": FsyncHTTP,
    "rsync": Rsync,
    "unison": Unison,
    "git": Git,
    "restic": Restic,
    "tar": Tar,
}
