"""The hub, and the clients with people who work, of load.py."""

import collections
import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time

FSYNC = os.environ.get("FSYNC", "fsync")
WORDS = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu".split()


def status(pid, *names):
    """Fields of /proc/PID/status as numbers; zeros where the process is gone."""
    try:
        with open(f"/proc/{pid}/status") as file:
            fields = dict(line.split(":", 1) for line in file)
        return [int(fields.get(name, "0").split()[0]) for name in names]
    except OSError:
        return [0] * len(names)


def children(pid):
    """The processes that any thread of a process has started."""
    found = []
    try:
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as file:
                found += [int(word) for word in file.read().split()]
    except OSError:
        pass
    return found


class Hub:
    """A hub that is killed and started again on its port."""

    def __init__(self, work):
        self.folder, self.log, self.port, self.process = f"{work}/hub", f"{work}/hub.log", 0, None
        self.port_file = f"{work}/port"
        os.mkdir(self.folder)
        self.run("hub", "create", "-q", "notes")

    def run(self, *words, folder=None):
        command = [FSYNC, "-C", folder or self.folder, *words]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def check(self, folder):
        """Lets fsck look at a repository; returns its status."""
        command = [FSYNC, "-C", folder, "fsck"]
        return subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/notes"

    def start(self):
        if os.path.exists(self.port_file):
            os.unlink(self.port_file)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [FSYNC, "serve", self.folder, "--listen", f"127.0.0.1:{self.port}",
                 "--port-file", self.port_file], stderr=log, stdin=subprocess.DEVNULL)
        while not os.path.exists(self.port_file):
            if self.process.poll() is not None:
                sys.exit(f"the hub does not start: see {self.log}")
            time.sleep(0.02)
        with open(self.port_file) as file:
            self.port = int(file.read())

    def stop(self, number):
        self.process.send_signal(number)
        self.process.wait()


class Client:
    """A clone that somebody works in, and what it was told."""

    def __init__(self, number, work, hub, seed):
        self.name, self.folder = f"c{number:02}", f"{work}/c{number:02}"
        self.random = random.Random(f"{seed} {number}")
        token = hub.run("hub", "token", "add", self.name, "--write", "notes").strip()
        self.environment = dict(os.environ, HOME=f"{work}/home", FSYNC_TOKEN=token)
        self.hub, self.process, self.lock = hub, None, threading.Lock()
        self.wasKilled = False
        self.lines, self.commits, self.times = 0, set(), []
        self.ends, self.retries, self.strange = collections.Counter(), 0, []

    def fsync(self, *words):
        """Runs a command that may be killed; returns its status, document and errors."""
        with self.lock:
            self.wasKilled = False
            self.process = subprocess.Popen(
                [FSYNC, *words], cwd=self.folder, env=self.environment, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, errors = self.process.communicate()
        self.retries += errors.count("; trying again in ")
        code = self.process.returncode
        try:
            document = json.loads(out)
        except ValueError:
            document = {}
        # An interruption or a kill needs no explanation, nor does a hub that is away.
        if code not in (0, 2, 3) and not (self.wasKilled and code in (-9, -15, -2, 130)):
            self.strange.append(f"{self.name}: {words[0]}: {code}: {errors.strip()[-400:]}")
        return code, document, errors

    def files(self):
        found = []
        for place, folders, names in os.walk(self.folder):
            if place == self.folder:
                folders.remove(".fsync")
                names = [name for name in names if not name.startswith("journal-")]
            found += [os.path.join(place, name) for name in names]
        return found

    def content(self):
        if self.random.random() < 0.1:
            return self.random.randbytes(int(1000 * self.random.lognormvariate(1, 1.5)))
        words = (self.random.choice(WORDS) for _ in range(self.random.randrange(5, 400)))
        return "".join(word + " \n"[self.random.random() < 0.2] for word in words).encode()

    def fresh(self):
        folder = f"{self.folder}/{self.random.choice(WORDS)}/{self.random.choice(WORDS)}"
        os.makedirs(folder, exist_ok=True)
        return f"{folder}/{self.name}-{self.random.getrandbits(32):08x}"

    def edit(self, path):
        """Adds a line, mostly to the end."""
        line = f"{self.name} {self.random.random()}\n".encode()
        with open(path, "r+b") as file:
            content = file.read()
            file.seek(0)
            file.write(line + content if self.random.random() < 0.2 else content + line)

    def work(self, room):
        """Changes some files, as people do, and notes it in the journal."""
        files = self.files()
        for _ in range(self.random.randrange(1, 7)):
            kinds = ["add", "edit", "edit", "rename", "delete" if len(files) > room else "add"]
            kind = self.random.choice(kinds) if files else "add"
            path = self.fresh()
            if kind == "add":
                with open(path, "wb") as file:
                    file.write(self.content())
                files.append(path)
                continue
            # Copies of conflicts are put away first.
            copies = [name for name in files if ".conflict-" in name]
            chosen = self.random.choice(copies if kind == "delete" and copies else files)
            if kind == "edit":
                self.edit(chosen)
            else:
                files.remove(chosen)
                if kind == "delete":
                    os.unlink(chosen)
                else:
                    os.rename(chosen, path)
                    files.append(path)
        self.lines += 1
        with open(f"{self.folder}/journal-{self.name}", "a") as file:
            file.write(f"{self.lines}\n")

    def sync(self):
        began = time.monotonic()
        code, document, errors = self.fsync("sync", "--json", "--retry", "3", "--max-time", "5m")
        self.commits.update(document.get("commits", []))
        if code in (0, 2):
            self.times.append(time.monotonic() - began)
        kind = "done" if code in (0, 2) else "killed" if self.wasKilled else "failed"
        self.ends[kind] += 1
        if kind == "failed":
            self.ends[(errors.strip().splitlines() or ["?"])[-1].split("error: ")[-1]] += 1
        return code, document

    def init(self, count):
        """Makes the first clone, with so many files, and pushes it."""
        os.mkdir(self.folder)
        self.fsync("init", "-q", "--name", self.name)
        for _ in range(count):
            with open(self.fresh(), "wb") as file:
                file.write(self.content())
        self.fsync("remote", "add", "-q", "origin", self.hub.url)
        self.sync()

    def clone(self):
        command = [FSYNC, "clone", "-q", "--name", self.name, self.hub.url, self.folder]
        return subprocess.run(command, env=self.environment, check=False).returncode

    def live(self, end, room):
        while time.monotonic() < end:
            self.work(room)
            if self.random.random() < 0.5:
                _, document, _ = self.fsync("commit", "--json", "-m", f"line {self.lines}")
                self.commits.update(document.get("commits", []))
            self.sync()

    def kill(self, source):
        """Kills what runs: the command, or the program that speaks HTTP for it."""
        with self.lock:
            if self.process is None or self.process.poll() is not None:
                return False
            below = children(self.process.pid)
            self.wasKilled = True
            if below and source.random() < 0.4:
                try:
                    os.kill(below[0], signal.SIGKILL)
                except ProcessLookupError:
                    return False
            else:
                number = [signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]
                self.process.send_signal(source.choice(number))
            return True

    def digest(self):
        """All that is in the folder: paths, kinds, modes, times and contents."""
        lines = []
        for place, folders, names in os.walk(self.folder):
            if place == self.folder:
                folders.remove(".fsync")
            for name in folders:
                lines.append(os.path.relpath(os.path.join(place, name), self.folder))
            for name in names:
                path = os.path.join(place, name)
                about = os.lstat(path)
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
                lines.append(f"{os.path.relpath(path, self.folder)} {about.st_mode:o} "
                             f"{about.st_mtime_ns} {content}")
        return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
