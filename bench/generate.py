#!/usr/bin/env python3
"""Makes a tree of files for measuring: the same one for the same arguments.

Sizes are spread as in source trees (median about 1.5 KiB, a tail up to 256 KiB), a fifth of the
content is random and the rest is text, and folders nest up to six deep.
"""

import argparse
import os
import random

WORDS = (
    "return if else for while struct const static void int char include define value index size "
    "length buffer offset result error check open read write close next first last count name path"
).split()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--folders", type=int, default=2_000)
    parser.add_argument("--median", type=int, default=1_500, help="bytes of the median file")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def folders(root, count, source):
    """Yields the paths of so many folders, parents first."""
    known = [(root, 0)]
    while len(known) <= count:
        parent, depth = known[int(len(known) * source.random() ** 2)]
        if depth < 6:
            known.append((os.path.join(parent, f"{source.choice(WORDS)}-{len(known):05}"), depth + 1))
    return [path for path, _ in known]


def main():
    options = arguments()
    source = random.Random(options.seed)
    text = " ".join(source.choice(WORDS) for _ in range(300_000)).encode()
    noise = source.randbytes(1 << 20)
    places = folders(options.folder, options.folders, source)
    for place in places:
        os.makedirs(place, exist_ok=True)
    total = 0
    for number in range(options.files):
        size = min(int(options.median * source.lognormvariate(0, 1.3)), 256 << 10)
        kind = noise if number % 5 == 0 else text
        start = source.randrange(len(kind) - size)
        head = f"{number} {source.getrandbits(64):x}\n".encode()
        suffix = source.choice((".c", ".h", ".txt", ".md", ".py", ""))
        name = f"{source.choice(WORDS)}_{number}{suffix}"
        with open(os.path.join(source.choice(places), name), "wb") as file:
            file.write((head + kind[start : start + size])[: max(size, len(head))])
        total += size
    print(f"{options.files} files, {len(places) - 1} folders, {total >> 20} MiB")


if __name__ == "__main__":
    main()
