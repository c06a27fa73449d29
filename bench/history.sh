#!/bin/bash
# Compares the size of a history in git (gc --aggressive) and in fsync (gc), indexes included.
#
#   bench/history.sh SOURCE...
#
# A SOURCE is a git repository, whose first-parent history is replayed, oldest commit first; or a
# folder that holds one folder a version, replayed in the order of `sort -V`. FSYNC names the
# binary (default: fsync), LIMIT the number of versions at most (default: 500), WORK a folder for
# temporary data (default: a new one). Prints a Markdown table.
set -euo pipefail

fsync=${FSYNC:-fsync}
limit=${LIMIT:-500}
work=$(mktemp -d -p "${WORK:-${TMPDIR:-/tmp}}")
trap 'rm -rf "$work"' EXIT
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null
export GIT_AUTHOR_NAME=bench GIT_AUTHOR_EMAIL=bench@example.org
export GIT_COMMITTER_NAME=bench GIT_COMMITTER_EMAIL=bench@example.org
tree=$work/tree

is_repository() { [ -d "$1/.git" ] || [ -f "$1/HEAD" ]; }
in_git() { git --git-dir="$work/git" --work-tree="$tree" "$@"; }
bytes() { find "$@" -type f -printf '%s\n' | awk '{s += $1} END {printf "%d\n", s}'; }
# Packs, with the indexes in them, and the journal.
fsync_bytes() { bytes "$tree"/.fsync/packs "$tree"/.fsync/journal*; }
now() { date +%s.%N; }

versions() {
  if is_repository "$1"; then
    git -C "$1" rev-list --first-parent --reverse HEAD
  else
    (cd "$1" && ls -d -- */ | tr -d / | sort -V)
  fi
}

# Makes the tree the version $2 of $1, with new modification times: fsync records those of what
# changed, and what an archive holds would flatter it.
place() {
  find "$tree" -mindepth 1 -maxdepth 1 ! -name .fsync ! -name .fsyncignore -exec rm -rf {} +
  if is_repository "$1"; then
    git -C "$1" archive "$2" | tar -xmf - -C "$tree"
  else
    cp -r --no-preserve=timestamps "$1/$2/." "$tree/"
  fi
}

echo "| history | versions | git gc --aggressive | fsync before gc | fsync gc | fsync : git | git gc | fsync gc |"
echo "|---|---:|---:|---:|---:|---:|---:|---:|"
for source in "$@"; do
  rm -rf "$tree" "$work/git"
  mkdir "$tree"
  git init -q --bare "$work/git"
  "$fsync" init -q "$tree"
  : >"$tree/.fsyncignore"
  count=0
  while read -r version; do
    place "$source" "$version"
    in_git add -A -f -- . ':!.fsync' ':!.fsyncignore'
    in_git commit -q --allow-empty -m "$version"
    "$fsync" -C "$tree" commit -q -m "$version"
    count=$((count + 1))
  done < <(versions "$source" | head -n "$limit")
  before=$(fsync_bytes)
  start=$(now)
  in_git gc -q --aggressive --prune=now
  middle=$(now)
  "$fsync" -C "$tree" gc -q
  end=$(now)
  "$fsync" -C "$tree" fsck -q
  awk -v name="$(basename "$source")" -v count="$count" -v git="$(bytes "$work/git/objects")" \
    -v before="$before" -v after="$(fsync_bytes)" -v a="$start" -v b="$middle" -v c="$end" '
    BEGIN {
      printf "| %s | %d | %.0f KB | %.0f KB | %.0f KB | %.2f | %.1f s | %.1f s |\n", name, count,
        git / 1000, before / 1000, after / 1000, after / git, b - a, c - b
    }'
done
