#!/usr/bin/env python3
"""Counts, and delays, what two programs say to each other.

  wire.py pipe STATE COMMAND...    relays standard input and output of COMMAND, say of ssh
  wire.py tcp STATE PORT TARGET    relays connections to PORT on to TARGET, both on this machine

The file STATE holds the milliseconds by which each direction is late, and is read anew for each
connection. At the end of one a line is added to STATE.log: bytes there, bytes back.

Delay does not limit the rate: a direction holds up to 64 MiB that are under way.
"""

import os
import queue
import socket
import subprocess
import sys
import threading
import time

PART = 1 << 18
HELD = 64 << 20


def delay(state):
    with open(state) as file:
        return float(file.read()) / 1000


def write_all(descriptor, data):
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


class Direction:
    """One direction of a connection: counts what it carries, and says when it has ended."""

    def __init__(self, source, sink, late, end):
        self.count = 0
        self.source, self.sink, self.late, self.end = source, sink, late, end
        # Bytes are bounded, and not pieces: some programs say much in little words.
        self.under_way, self.room = queue.SimpleQueue(), HELD
        self.moved = threading.Condition()
        threads = [self.carry] if not late else [self.read, self.write]
        self.threads = [threading.Thread(target=each, daemon=True) for each in threads]
        for thread in self.threads:
            thread.start()

    def parts(self):
        while True:
            try:
                data = os.read(self.source, PART)
            except OSError:
                return
            if not data:
                return
            self.count += len(data)
            yield data

    def carry(self):
        try:
            for data in self.parts():
                write_all(self.sink, data)
        except OSError:
            pass
        self.end()

    def read(self):
        for data in self.parts():
            with self.moved:
                self.moved.wait_for(lambda: self.room > 0)
                self.room -= len(data)
            self.under_way.put((time.monotonic() + self.late, data))
        self.under_way.put((time.monotonic() + self.late, None))

    def write(self):
        broken = False
        while True:
            due, data = self.under_way.get()
            time.sleep(max(0, due - time.monotonic()))
            if data is None:
                break
            with self.moved:
                self.room += len(data)
                self.moved.notify()
            try:
                if not broken:
                    write_all(self.sink, data)
            except OSError:
                broken = True
        self.end()

    def join(self):
        for thread in self.threads:
            thread.join()


def note(state, there, back):
    line = f"{there.count} {back.count}\n".encode()
    log = os.open(state + ".log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(log, line)
    os.close(log)


def pipe(state, command):
    late = delay(state)
    for descriptor in (0, 1):
        os.set_blocking(descriptor, True)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    there = Direction(0, child.stdin.fileno(), late, child.stdin.close)
    back = Direction(child.stdout.fileno(), 1, late, lambda: os.close(1))
    # The other side's last word ends it; what the near side still has to say nobody would hear.
    back.join()
    status = child.wait()
    note(state, there, back)
    os._exit(status if status >= 0 else 128 - status)


def relay(state, near, target):
    late = delay(state)
    far = socket.create_connection(("127.0.0.1", target))
    for each in (near, far):
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ended(sink):
        def end():
            try:
                sink.shutdown(socket.SHUT_WR)
            except OSError:
                pass

        return end

    there = Direction(near.fileno(), far.fileno(), late, ended(far))
    back = Direction(far.fileno(), near.fileno(), late, ended(near))
    back.join()
    near.close()
    note(state, there, back)
    there.join()
    far.close()


def tcp(state, port, target):
    listener = socket.create_server(("127.0.0.1", port))
    while True:
        near, _ = listener.accept()
        threading.Thread(target=relay, args=(state, near, target), daemon=True).start()


if __name__ == "__main__":
    kind, state, *rest = sys.argv[1:]
    if kind == "pipe":
        pipe(state, rest)
    else:
        tcp(state, int(rest[0]), int(rest[1]))
