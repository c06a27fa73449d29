#!/bin/bash
# Compares the size of binaries and of disk images in restic (prune, everything compressed at its
# best) and in fsync (gc), indexes included.
#
#   bench/binaries.sh FOLDER...
#
# Each FOLDER is stored as it is; then, as another row, an ext4 image of what fits into it from the
# first FOLDER, in three versions between which files come and go. FSYNC names the binary (default:
# fsync), IMAGE the size of the image in MiB (default: 256; 0 for none), WORK a folder for temporary
# data (default: a new one). Prints a Markdown table.
set -euo pipefail

fsync=${FSYNC:-fsync}
image=${IMAGE:-256}
work=$(mktemp -d -p "${WORK:-${TMPDIR:-/tmp}}")
trap 'rm -rf "$work"' EXIT
export HOME=$work/home RESTIC_PASSWORD=bench RESTIC_REPOSITORY=$work/restic
tree=$work/tree

bytes() { find "$@" -type f -printf '%s\n' | awk '{s += $1} END {printf "%d\n", s}'; }
now() { date +%s.%N; }

begin() {
  rm -rf "$tree" "$work/restic" "$work/home"
  mkdir -p "$tree" "$work/home"
  restic -q init
  "$fsync" init -q "$tree"
}

# Keeps what the tree holds in both.
keep() {
  restic -q --compression max backup --exclude .fsync "$tree"
  "$fsync" -C "$tree" commit -q -m "$1"
}

# Makes both as small as they get, and prints a row.
finish() {
  local before start middle end
  before=$(bytes "$tree"/.fsync/packs "$tree"/.fsync/journal*)
  start=$(now)
  restic -q --compression max prune --repack-uncompressed --max-unused 0
  middle=$(now)
  "$fsync" -C "$tree" gc -q
  end=$(now)
  "$fsync" -C "$tree" fsck -q
  awk -v name="$1" -v raw="$2" -v restic="$(bytes "$work/restic")" -v before="$before" \
    -v after="$(bytes "$tree"/.fsync/packs "$tree"/.fsync/journal*)" \
    -v a="$start" -v b="$middle" -v c="$end" '
    BEGIN {
      printf "| %s | %.1f MB | %.1f MB | %.1f MB | %.1f MB | %.2f | %.1f s | %.1f s |\n", name,
        raw / 1e6, restic / 1e6, before / 1e6, after / 1e6, after / restic, b - a, c - b
    }'
}

echo "| data | raw | restic | fsync before gc | fsync gc | fsync : restic | prune | gc |"
echo "|---|---:|---:|---:|---:|---:|---:|---:|"
for folder in "$@"; do
  begin
  cp -a "$folder/." "$tree/"
  keep one
  finish "$folder" "$(bytes "$folder")"
done
if [ "$image" -gt 0 ]; then
  begin
  mkdir "$work/files"
  room=$((image * 6 / 10 * 1024 * 1024))
  (cd "$1" && find . -type f -printf '%s %p\n') | sort -k2 |
    awk -v room="$room" '$1 > 0 && s + $1 <= room {s += $1; sub(/^[0-9]+ /, ""); print}' \
      >"$work/list"
  for version in 1 2 3; do
    # A tenth of the files is missing in each version: another tenth, so some come back.
    rm -rf "$work/files"
    mkdir "$work/files"
    (cd "$1" && awk -v v="$version" 'NR % 10 != v' "$work/list" | tar -cf - -T - | tar -xf - -C "$work/files")
    rm -f "$tree/disk.img"
    mkfs.ext4 -q -d "$work/files" "$tree/disk.img" "${image}M" >/dev/null
    keep "$version"
  done
  finish "ext4 image, 3 versions" $((image * 3 * 1024 * 1024))
fi
