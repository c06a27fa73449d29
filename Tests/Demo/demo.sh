#!/bin/sh
# The main job on real files of this machine: two replicas of a tree of headers, edits on both
# sides, a sync, a conflict and its resolution, a restore. Prints what it does; fails if the
# folders are not the same in the end.
set -eu
fsync=$1
work=$(mktemp -d)
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
HOME=$work/home
export HOME
mkdir -p "$HOME"

say() { printf '\n== %s\n' "$*"; }
run() {
  printf '$ fsync %s\n' "$*"
  "$fsync" "$@"
}
same() {
  if diff -r --no-dereference --exclude=.fsync "$work/desk" "$work/laptop" >"$work/diff" 2>&1; then
    echo "   both folders are the same"
  else
    echo "the folders differ:" >&2
    head -20 "$work/diff" >&2
    exit 1
  fi
}

say "A real tree: every header of this machine"
mkdir "$work/desk"
cp -a /usr/include/. "$work/desk/"
printf '#!/bin/sh\necho hello\n' >"$work/desk/hello.sh"
chmod +x "$work/desk/hello.sh"
ln -s hello.sh "$work/desk/hello"
printf 'milk\nbread\n\n\n\neggs\ntea\n' >"$work/desk/list.txt"
echo "   $(find "$work/desk" -type f | wc -l) files, $(find "$work/desk" -type l | wc -l) links," \
  "$(du -sh "$work/desk" | cut -f1)"

say "Make it a repository and commit everything"
cd "$work/desk"
run init --name desk
run commit -m "everything as it is"
run status

say "Clone it to a second machine (here: a second folder)"
run clone --name laptop "$work/desk" "$work/laptop"
same

say "Work on both sides, offline"
cd "$work/desk"
sed -i 's/milk/oat milk/' list.txt
mv hello.sh greet.sh
run commit -m "oat milk; a better name"
cd "$work/laptop"
sed -i 's/tea/green tea/' list.txt
echo 'echo goodbye' >>hello.sh
rm -f "$work/laptop/stdio.h"
echo new >notes.txt
run commit -m "green tea, goodbye, no stdio"

say "Sync: both edits of list.txt are merged, the edit follows the rename"
run sync
same
cat list.txt
cat greet.sh

say "A conflict: the same line on both sides"
cd "$work/desk"
echo 'written at the desk' >notes.txt
run commit -m "notes at the desk"
cd "$work/laptop"
echo 'written on the road' >notes.txt
status=0
run sync || status=$?
echo "   exit status $status: done, and there is a conflict"
test "$status" -eq 2
run conflicts
ls notes*
same

say "A person decides"
run resolve notes.txt --plain
run sync
same

say "Bring back what was deleted, from history"
run log --deleted stdio.h
run restore stdio.h --at "$("$fsync" log --json | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p' | tail -1)" ||
  run restore stdio.h --at "1 minute ago"
test -f stdio.h
run sync
same

say "Check every byte"
run fsck
echo
echo "done: two replicas, one folder, every version at hand"
