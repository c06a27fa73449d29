#!/bin/sh
# Prints everything that a store holds, as a reader of it sees it: usage show.sh FSYNC STORE.
# It needs a bare repository that may be written to.
set -eu
export TZ=UTC LC_ALL=C
fsync=$1
cd "$2"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
echo "# history"
"$fsync" log
for commit in $("$fsync" log | sed -n 's/^commit \([0-9a-f]*\).*/\1/p'); do
  echo "# $commit"
  "$fsync" restore -q --at "$commit" --to "$folder/$commit" . 2>/dev/null || {
    echo "its content is not here"
    "$fsync" ls --recursive --at "$commit" | sha256sum
    continue
  }
  (
    cd "$folder/$commit"
    # Many small files in a line each would only make this long: their hash is enough.
    find . -path './many/*' -prune -o -printf '%P %y %m %l\n' | sort
    find . -type f ! -path './many/*' -print0 | sort -z | xargs -0 sha256sum
    find . -type f -path './many/*' -print0 | sort -z | xargs -0r sha256sum | sha256sum
    find . -type f -printf '%P %T@\n' | sort | sha256sum
  )
done
echo "# conflicts"
"$fsync" conflicts 2>/dev/null || true
echo "# check"
"$fsync" fsck -q && echo well
