#!/usr/bin/env python3
"""Syncs many clients through one hub while clients and hub are killed, and checks what is left.

    bench/load.py [--clients 50] [--seconds 300] [--files 200] [--seed N] [--memory MIB]

Each client has a clone and a token of its own. Over and over it adds, edits, renames and deletes
files at random, appends a line to a journal that nobody else writes, commits, and syncs. Meanwhile
somebody kills commits and syncs (fsync itself, or the fsync-http beneath it) and, every 15 seconds,
the hub, by SIGKILL and SIGTERM in turn; it starts again on the same port. In the end the noise stops,
and all sync until nothing changes. Then this must hold, or the exit status is 1:

- all folders are the same, byte for byte, and so are the heads of the hub and of all clients;
- fsck finds nothing, on the hub and at any client;
- each commit that was acknowledged is in the history, and each line of a journal in its file;
- no command ended in a way that a kill does not explain;
- the hub stayed below --memory MiB and kept neither descriptors, threads nor quarantines.

FSYNC names the command (default: fsync; fsync-hub and fsync-http lie beside it), WORK a folder for
temporary data. Prints a Markdown table. Needs nothing but Python 3.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import random
import shutil
import signal
import statistics
import sys
import tempfile
import threading
import time
import urllib.request

from load_parts import Client, Hub, children, status


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--files", type=int, default=200, help="files to begin with")
    parser.add_argument("--memory", type=int, default=256, help="MiB that the hub may have")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    return parser.parse_args()


class Watch:
    """The most that the hub and the clients had."""

    def __init__(self, hub, clients):
        self.hub, self.clients, self.isOver = hub, clients, False
        self.most = collections.Counter()

    def look(self):
        resident, threads = status(self.hub.process.pid, "VmRSS", "Threads")
        self.note("hub", resident)
        self.note("threads", threads)
        try:
            self.note("descriptors", len(os.listdir(f"/proc/{self.hub.process.pid}/fd")))
        except OSError:
            pass
        for client in self.clients:
            if client.process is not None and client.process.poll() is None:
                pid = client.process.pid
                self.note("fsync", status(pid, "VmHWM")[0])
                for below in children(pid):
                    self.note("fsync-http", status(below, "VmHWM")[0])

    def note(self, what, number):
        self.most[what] = max(self.most[what], number)

    def heads(self):
        request = urllib.request.Request(f"{self.hub.url}/heads")
        request.add_header(
            "Authorization", f"Bearer {self.clients[0].environment['FSYNC_TOKEN']}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                heads = json.load(answer)["heads"]
        except OSError:
            return []
        self.note("heads", len(heads))
        return heads

    def run(self):
        turn = 0
        while not self.isOver:
            self.look()
            turn += 1
            if turn % 10 == 0:
                self.heads()
            time.sleep(0.2)


def disturb(hub, clients, end, source, kills):
    """Kills clients all the time, and the hub every 15 seconds or so."""
    due, turn = time.monotonic() + 10, 0
    while time.monotonic() < end:
        time.sleep(source.uniform(0.1, 0.7))
        if source.choice(clients).kill(source):
            kills["clients"] += 1
        if time.monotonic() > due:
            number = (signal.SIGKILL, signal.SIGTERM)[turn % 2]
            kills[f"hub by {number.name}"] += 1
            hub.stop(number)
            time.sleep(source.uniform(0, 1))
            hub.start()
            due, turn = time.monotonic() + source.uniform(10, 20), turn + 1


def converge(clients, watch, pool):
    """Syncs all until nothing changes; returns how many rounds that took."""
    for number in range(1, 11):
        ends = list(pool.map(Client.sync, clients))
        heads = [document.get("heads") for _, document in ends]
        if all(code in (0, 2) for code, _ in ends) and all(one == heads[0] for one in heads):
            if sorted(heads[0]) == sorted(watch.heads()):
                return number
    sys.exit("they do not converge within ten rounds: " + str([code for code, _ in ends]))


def differences(hub, clients, pool):
    """What is not as it must be, in words."""
    wrong = [line for client in clients for line in client.strange]
    if len(set(pool.map(Client.digest, clients))) != 1:
        wrong.append("the folders are not the same")
    history = json.loads(hub.run("log", "--json", folder=f"{hub.folder}/notes"))["commits"]
    known = {commit["id"] for commit in history}
    for client in clients:
        lost = client.commits - known
        if lost:
            wrong.append(f"{client.name}: {len(lost)} commits are lost, as {lost.pop()}")
        with open(f"{clients[0].folder}/journal-{client.name}") as file:
            if file.read().split() != [str(line + 1) for line in range(client.lines)]:
                wrong.append(f"{client.name}: its journal is not what it wrote")
    folders = [f"{hub.folder}/notes"] + [client.folder for client in clients]
    for folder, code in zip(folders, pool.map(hub.check, folders)):
        if code != 0:
            wrong.append(f"fsck in {folder} ends with {code}")
    return wrong, len(known)


def size(folder):
    return sum(
        os.lstat(os.path.join(place, name)).st_size
        for place, _, names in os.walk(folder) for name in names)


def table(rows):
    print("| what | |\n|---|---:|")
    for name, value in rows:
        print(f"| {name} | {value} |", flush=True)


def begin(options, work, pool):
    """Starts the hub, and makes the clients' clones."""
    hub = Hub(work)
    clients = [Client(number, work, hub, options.seed) for number in range(options.clients)]
    hub.start()
    os.mkdir(f"{work}/home")
    first, others = clients[0], clients[1:]
    first.init(options.files)
    for client, code in zip(others, pool.map(Client.clone, others)):
        if code != 0:
            hub.process.kill()
            sys.exit(f"{client.name} cannot clone: {client.strange}")
    return hub, clients


def run(options, work, pool):
    source = random.Random(options.seed)
    hub, clients = begin(options, work, pool)
    try:
        watch, kills = Watch(hub, clients), collections.Counter()
        end = time.monotonic() + options.seconds
        threads = [threading.Thread(target=watch.run)]
        threads += [
            threading.Thread(target=client.live, args=(end, 2 * options.files))
            for client in clients]
        for thread in threads:
            thread.start()
        disturb(hub, clients, end, source, kills)
        for thread in threads[1:]:
            thread.join()
        times = sorted(time for client in clients for time in client.times)
        began = time.monotonic()
        rounds = converge(clients, watch, pool)
        converged = time.monotonic() - began
        watch.isOver = True
        threads[0].join()
        time.sleep(1)
        idle = status(hub.process.pid, "VmRSS", "Threads")
        idle.append(len(os.listdir(f"/proc/{hub.process.pid}/fd")))
        hub.stop(signal.SIGTERM)
        wrong, commits = differences(hub, clients, pool)
    finally:
        if hub.process.poll() is None:
            hub.process.kill()
    store = f"{hub.folder}/notes"
    left = len(os.listdir(f"{store}/quarantine"))
    ends = sum((client.ends for client in clients), collections.Counter())
    if watch.most["hub"] > options.memory << 10:
        wrong.append(f"the hub had {watch.most['hub'] >> 10} MiB")
    if left > options.clients:
        wrong.append(f"{left} quarantines are left")
    if idle[1] > 32 or idle[2] > 64:
        wrong.append(f"the idle hub has {idle[1]} threads and {idle[2]} descriptors")
    table([
        ("clients, seconds", f"{options.clients}, {options.seconds:.0f}"),
        ("syncs done", ends.pop("done", 0)), ("killed", ends.pop("killed", 0)),
        ("failed since the hub or its connection was killed", ends.pop("failed", 0)),
        ("tried again within a sync", sum(client.retries for client in clients)),
        ("kills", ", ".join(f"{count} {what}" for what, count in sorted(kills.items()))),
        ("sync, median", f"{statistics.median(times):.2f} s"),
        ("sync, 95 of 100", f"{times[len(times) * 95 // 100]:.2f} s"),
        ("commits", commits), ("heads at once, at most", watch.most["heads"]),
        ("hub, most memory", f"{watch.most['hub'] / 1024:.0f} MiB"),
        ("hub, most threads and descriptors",
         f"{watch.most['threads']}, {watch.most['descriptors']}"),
        ("hub when idle again", f"{idle[0] / 1024:.0f} MiB, {idle[1]}, {idle[2]}"),
        ("fsync, fsync-http, most memory",
         f"{watch.most['fsync'] / 1024:.0f}, {watch.most['fsync-http'] / 1024:.0f} MiB"),
        ("converged", f"in {rounds} rounds, {converged:.1f} s"),
        ("hub's store", f"{size(store) / 1e6:.1f} MB, {left} quarantines"),
        ("one client's store and folder",
         f"{size(clients[1].folder + '/.fsync') / 1e6:.1f}, {size(clients[1].folder) / 1e6:.1f} MB"),
    ])
    for text, count in ends.most_common():
        print(f"- {count} times: {text}")
    for text in wrong:
        print(f"WRONG: {text}")
    return 1 if wrong else 0


def main():
    options = arguments()
    print(f"seed {options.seed}", flush=True)
    work = tempfile.mkdtemp(dir=os.environ.get("WORK"), prefix="fsync-load-")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        code = run(options, work, pool)
    if code == 0:
        shutil.rmtree(work)
    else:
        print(f"everything is kept in {work}")
    sys.exit(code)


if __name__ == "__main__":
    main()
