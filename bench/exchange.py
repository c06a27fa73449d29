#!/usr/bin/env python3
"""Measures what crosses the wire: bytes both ways, round trips and seconds, of fsync over ssh and HTTP
and of rsync, unison, git and restic over ssh, on the same work in one run. Prints Markdown.

  exchange.py FSYNC [--files N] [--big MIB] [--repeats N] [--rows nothing,line,both,insert,first]

An sshd and a hub of its own are started on this machine, and ended. Bytes are those that ssh or the
TCP connection is given (wire.py), so neither ssh's own nor TCP's are in them. Seconds are of the
whole command, with the look at the folder. Round trips are the seconds that a delay of 50 ms each way
adds, over 0.1; ssh's handshake has no delay. Needs root for sshd, and room for ten copies. Nothing is
deleted before the end, and nothing large should have been in the five minutes before: ext4 then
takes seconds to find inodes for new files.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from exchange_peers import PEERS, Far
from exchange_work import Change


HERE = os.path.dirname(os.path.abspath(__file__))
ROWS = {
    "nothing": "nothing new",
    "line": "a line added to one file",
    "both": "a line added to one file on each side",
    "insert": "a byte inserted into the middle of one file",
    "first": "first copy",
}


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("fsync")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--big", type=int, default=1024, help="size of the file for insert, in MiB")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--work", default="/var/tmp")
    return parser.parse_args()


class Meter:
    """Runs commands without the wire's counter, with it, and with its delay."""

    def __init__(self, state):
        self.state = state

    def late(self, milliseconds):
        """Counts from here on, so late; None for not at all."""
        for name in (self.state, self.state + ".log"):
            if os.path.exists(name):
                os.unlink(name)
        if milliseconds is not None:
            with open(self.state, "w") as file:
                file.write(str(milliseconds))

    def count(self):
        with open(self.state + ".log") as file:
            pairs = [[int(word) for word in line.split()] for line in file]
        return sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs)


def timed(work):
    os.sync()
    start = time.monotonic()
    work()
    return time.monotonic() - start


def measure(meter, peer, before, repeats):
    """Bytes there, bytes back, round trips, seconds; `before` makes each time's difference."""
    found = []
    for _ in range(repeats):
        seconds = []
        for late in (None, 0, 50):
            before()
            meter.late(late if late is not None or not peer.always_counted else 0)
            seconds.append(timed(peer.sync))
            if late == 0:
                time.sleep(0.1)
                there, back = meter.count()
        found.append((there, back, (seconds[2] - seconds[1]) / 0.1, seconds[0]))
    return [statistics.median(column) for column in zip(*found)]


def measure_first(meter, peers, repeats):
    """The same of a first copy, of each peer: by turns, since the machine is not the same all the time."""
    seconds = [[] for _ in peers]
    # Without the counter, which would be the slowest of all that the bytes pass.
    meter.late(None)
    for _ in range(repeats):
        for peer, mine in zip(peers, seconds):
            mine.append(timed(peer.first))
    for peer, mine in zip(peers, seconds):
        meter.late(0)
        peer.first()
        time.sleep(0.1)
        yield peer, [*meter.count(), None, statistics.median(mine)]


def line(name, row):
    there, back, trips, seconds = row
    trips = "" if trips is None else f"{max(trips, 0):.1f}"
    return f"| {name} | {there:,.0f} | {back:,.0f} | {trips} | {seconds:.2f} |"


def main():
    options = arguments()
    # Who is told to stop tidies up as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    work = tempfile.mkdtemp(prefix="fsync-exchange.", dir=options.work)
    os.chdir(work)
    far = Far(work, os.path.realpath(options.fsync), os.path.join(HERE, "wire.py"))
    try:
        far.start()
        run(options, work, far)
    finally:
        far.end()
        subprocess.run(["chmod", "-R", "u+w", work], check=False)
        shutil.rmtree(work, ignore_errors=True)


def source(work, row, options):
    """The files of a row: many small ones, or one large one."""
    folder = os.path.join(work, "big" if row == "insert" else "small")
    if not os.path.exists(folder):
        if row == "insert":
            os.mkdir(folder)
            with open(os.path.join(folder, "image"), "wb") as file:
                for _ in range(options.big):
                    file.write(os.urandom(1 << 20))
        else:
            folders = str(max(options.files // 50, 1))
            subprocess.run(
                [sys.executable, os.path.join(HERE, "generate.py"), folder]
                + ["--files", str(options.files), "--folders", folders],
                check=True,
                stdout=subprocess.DEVNULL,
            )
    return folder


def run(options, work, far):
    meter = Meter(far.state)
    rows = [row for row in ROWS if row in options.rows.split(",")]
    ready = {}
    for row in rows:
        folder = source(work, row, options)
        what = f"{options.big} MiB" if row == "insert" else f"{options.files:,} files"
        print(f"\n{ROWS[row]}, {what}\n\n| | bytes there | bytes back | round trips | seconds |")
        print("|---|---:|---:|---:|---:|", flush=True)
        peers = []
        for name in options.peers.split(","):
            kind = PEERS[name]
            if not kind.can(row):
                continue
            if (name, folder) not in ready:
                meter.late(None)
                place = os.path.join(work, name + "-" + os.path.basename(folder))
                ready[name, folder] = kind(far, folder, place)
                if row != "first":
                    meter.late(0 if kind.always_counted else None)
                    ready[name, folder].prepare()
            peers.append(ready[name, folder])
            if row != "first":
                found = measure(meter, peers[-1], Change(row, peers[-1]).make, options.repeats)
                print(line(peers[-1].title, found), flush=True)
        if row == "first":
            for peer, found in measure_first(meter, peers, options.repeats):
                print(line(peer.title, found), flush=True)


if __name__ == "__main__":
    main()
