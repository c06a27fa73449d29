#!/bin/bash
# The backup and the restore of a hub, by the very commands of docs/operations.md: every block of its
# section is run as it stands there, with folders of this script in the place of the system's.
#
#   Tests/Demo/restore.sh FSYNC
#
# Prints what it does; fails where anything is missing afterwards.
set -euo pipefail
fsync=$(realpath "$1")
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
hub=
trap '[ -z "$hub" ] || kill "$hub" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT
export HOME=$work/home PATH=$work/bin:$PATH
mkdir -p "$HOME" "$work/bin" "$work/var" "$work/backup"
ln -s "$fsync" "$work/bin/fsync"

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# recipe NUMBER: runs a block of the section
recipe() {
  sed -n '/^## Backup and restore/,/^## Upgrade/p' "$root/docs/operations.md" |
    awk -v wanted="$1" '/^```sh$/ {n++; on = n == wanted; next} /^```$/ {on = 0} on' |
    sed -e "s|/var/lib/fsync/hub|$work/var/hub|" -e "s|/backup/hub|$work/backup/hub|" >"$work/block"
  [ -s "$work/block" ] || fail "docs/operations.md has no such block"
  bash -eu "$work/block"
}
start() {
  fsync serve "$work/var/hub" --listen 127.0.0.1:"${port:-0}" --port-file "$work/port" \
    2>>"$work/log" &
  hub=$!
  for _ in {1..200}; do [ -s "$work/port" ] && break; sleep 0.05; done
  port=$(cat "$work/port")
}
stop() { kill "$hub"; wait "$hub" || fail "the hub ends with $?"; hub=; rm "$work/port"; }

say "a hub of two repositories, with a quota, tokens and clients"
mkdir "$work/var/hub"
fsync -C "$work/var/hub" hub create -q --quota 3M photos
fsync -C "$work/var/hub" hub create -q notes
FSYNC_TOKEN=$(fsync -C "$work/var/hub" hub token add --write photos --write notes test)
export FSYNC_TOKEN
start
for name in photos notes; do
  mkdir "$work/$name" && cd "$work/$name"
  for n in {1..50}; do echo "$name $n" >"file$n"; done
  fsync init -q && fsync remote add -q origin "http://127.0.0.1:$port/$name" && fsync sync -q
done

say "backed up twice, once in the midst of pushes"
recipe 1
cd "$work/notes"
for n in {1..20}; do echo "$n" >"late$n"; fsync sync -q; done &
pushes=$!
recipe 1
wait "$pushes" || fail "pushes"
for n in 1 2 3; do echo "after $n" >>after; fsync sync -q; done

say "lost, and restored"
stop
rm -r "$work/var/hub"
recipe 2
start
fsync sync 2>&1 | tee "$work/told" | sed 's/^/   /'
grep -q 'had lost [0-9]* commits' "$work/told" || fail "nobody is told"
cd "$work/photos"
fsync sync 2>&1 | sed 's/^/   /'
for name in photos notes; do
  fsync clone -q "http://127.0.0.1:$port/$name" "$work/$name-again"
  diff -r -x .fsync "$work/$name" "$work/$name-again" || fail "$name"
  fsync -C "$work/var/hub/$name" fsck -q || fail "fsck $name"
done

say "what was no history is there too: the quota, and the tokens"
head -c 4000000 /dev/urandom >large
if fsync sync 2>"$work/told"; then fail "no quota"; fi
grep -q quota "$work/told" || fail "$(cat "$work/told")"
if FSYNC_TOKEN=fst-00000000-0 fsync sync -q 2>/dev/null; then fail "anybody gets in"; fi
stop
say "all is well"
