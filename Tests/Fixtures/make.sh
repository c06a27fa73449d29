#!/bin/sh
# Makes the fixtures of a version of the format: NAME.tar, a bare repository with something of every
# kind in it, and NAME.txt, what a reader sees; NAME-pruned, the same with old content pruned.
# Usage: make.sh FSYNC NAME
#
# A fixture is made once, by the program that first writes that version, and never again: it stands
# for the stores that people have.
set -eu
fsync=$(realpath "$1")
name=$2
here=$(cd "$(dirname "$0")" && pwd)
[ ! -e "$here/$name.tar" ] || { echo "$name.tar is there: a fixture is never replaced" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export HOME="$work" FSYNC_USER_NAME="Ada <ada@example.org>"

"$fsync" init -q --bare "$name"
"$fsync" init -q --name desk desk
cd desk
mkdir -p notes empty deep/er/est
seq 1 200 >notes/numbers.txt
printf 'one\ntwo\nthree\n' >notes/list.txt
ln -s ../notes/list.txt deep/link
printf '#!/bin/sh\necho hello\n' >deep/er/run.sh && chmod 755 deep/er/run.sh
printf '\377\376 no text\n' >"$(printf 'latin-\351')"
awk 'BEGIN { for (i = 0; i < 60000; i++) print i, i * 7919 % 65537 }' >large.txt
truncate -s 3M sparse && printf end >>sparse
# Enough names for a tree of several nodes.
mkdir many
for i in $(seq 1300); do
  : >"many/$(printf 'a file whose name is long, so that few of them fill a node %04d' "$i")"
done
"$fsync" remote -q add hub "$work/$name"
"$fsync" commit -q -m "everything"
"$fsync" sync -q
# An edit within a large file: a frame with a prefix.
sed -i '30000s/.*/changed/' large.txt
"$fsync" commit -q -m "an edit in a large file"
mv notes papers
rm -r deep/er
"$fsync" commit -q -m "a folder moved, another gone"
"$fsync" sync -q
"$fsync" -C "$work/$name" gc -q

# Another replica, a clash, and what merges.
cd "$work"
"$fsync" clone -q --name lap "$work/$name" lap
printf 'one\ntwo, here\nthree\n' >desk/papers/list.txt
printf 'one\ntwo, there\nthree\n' >lap/papers/list.txt
sed -i '1s/.*/first/' desk/papers/numbers.txt
sed -i '200s/.*/last/' lap/papers/numbers.txt
"$fsync" -C desk commit -q -m "desk's words"
"$fsync" -C lap commit -q -m "lap's words"
"$fsync" -C desk sync -q || [ $? = 2 ]
"$fsync" -C lap sync -q || [ $? = 2 ]
"$fsync" -C desk sync -q || [ $? = 2 ]
echo after >desk/after.txt
"$fsync" -C desk commit -q -m "with an open conflict"  || [ $? = 2 ]
"$fsync" -C desk sync -q || [ $? = 2 ]

# The same with the content of old commits pruned.
cp -a "$name" "$name-pruned"
"$fsync" -C "$name-pruned" prune -q --keep-last 1

for fixture in "$name" "$name-pruned"; do
  sh "$here/show.sh" "$fsync" "$work/$fixture" >"$here/$fixture.txt"
  tar --sort=name --owner=0 --group=0 --numeric-owner -cf "$here/$fixture.tar" "$fixture"
done
