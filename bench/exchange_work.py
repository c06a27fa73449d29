"""What is changed before each sync that exchange.py measures."""

import os


def small_files(folder):
    """Files of up to 64 KiB in a fixed order, without the programs' own."""
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [os.path.relpath(os.path.join(place, name), folder) for name in sorted(files)]
        if len(found) > 1000:
            break
    return [name for name in found if os.path.getsize(os.path.join(folder, name)) < 64 << 10]


class Change:
    """Makes a row's difference between the two sides of a peer, another one each time."""

    made = 0

    def __init__(self, row, peer):
        self.row, self.peer = row, peer
        self.files = small_files(peer.near) if row in ("line", "both") else []

    def make(self):
        Change.made += 1
        if self.row in ("line", "both"):
            self.append(self.peer.near, self.files[7])
        if self.row == "both":
            self.append(self.peer.other, self.files[500 % len(self.files)])
            self.peer.share_other()
        if self.row == "insert":
            self.insert(os.path.join(self.peer.near, "image"))

    @staticmethod
    def append(folder, name):
        with open(os.path.join(folder, name), "ab") as file:
            file.write(b"edited %d\n" % Change.made)

    @staticmethod
    def insert(path):
        """Writes a new file beside the old one, as editors do."""
        with open(path, "rb") as old, open(path + ".new", "wb") as new:
            left = os.path.getsize(path) // 2
            while left:
                data = old.read(min(left, 1 << 20))
                new.write(data)
                left -= len(data)
            new.write(bytes([Change.made % 256]))
            while data := old.read(1 << 20):
                new.write(data)
        os.rename(path + ".new", path)
