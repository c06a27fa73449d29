#!/bin/bash
# Commits large files with fsync, restic and borg in one run: seconds, and how much each store grows.
#
#   large.sh FSYNC [MEBIBYTES [REPEATS]]
#
# Three files: random bytes, which nothing can compress; this machine's programs and libraries; and
# the random ones again with one byte inserted near the front, then with ten blocks of 4 KiB
# overwritten. A hash of the same bytes on all cores is what identity alone costs. WORK chooses
# where the work is done.
set -euo pipefail
fsync=$(realpath "$1")
size=${2:-1024}
repeats=${3:-3}
work=$(mktemp -d "${WORK:-/var/tmp}/fsync-large.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/home"
export HOME=$work/home RESTIC_PASSWORD=bench BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
tools="fsync restic borg sha256"
rows="random programs insert overwrite"
declare -A seconds growth
have() { command -v "$1" >/dev/null 2>&1; }

sha_all_cores() {
  local cores parts
  cores=$(nproc) parts=$((size / $(nproc)))
  for ((i = 0; i < cores; i++)); do
    dd if=data/file bs=1M skip=$((i * parts)) count=$parts status=none | openssl sha256 &
  done
  wait
}

# measure ROW TOOL STORE COMMAND...
measure() {
  local row=$1 tool=$2 store=$3 before start end
  shift 3
  before=$(du -sk "$store" | cut -f1)
  sync
  start=$EPOCHREALTIME
  "$@" >"$work/out" 2>&1 || { echo "failed: $row $tool" >&2; tail -5 "$work/out" >&2; exit 1; }
  end=$EPOCHREALTIME
  seconds[$row,$tool]+=" $(echo "$end $start" | awk '{printf "%.3f", $1-$2}')"
  growth[$row,$tool]=$(($(du -sk "$store" | cut -f1) - before))
}

commit() {
  measure "$1" fsync data/.fsync "$fsync" -C data commit -q -m x
  if have restic; then measure "$1" restic r restic -q -r r backup data/file; fi
  if have borg; then measure "$1" borg b borg create -C zstd,1 "b::x$RANDOM$RANDOM" data/file; fi
}

head -c "$((size << 20))" /dev/urandom >"$work/random"
(tar -C / -cf - usr/bin usr/lib 2>/dev/null || true) | head -c "$((size << 20))" >"$work/programs"

for repeat in $(seq "$repeats"); do
  echo "repeat $repeat of $repeats" >&2
  mkdir -p "$work/run-$repeat/data"; cd "$work/run-$repeat"
  "$fsync" init -q data; "$fsync" -C data commit -q -m rules
  if have restic; then restic init -q -r r >/dev/null; fi
  if have borg; then borg init -e none b; fi
  cp "$work/programs" data/file; commit programs
  cp "$work/random" data/file; commit random
  measure random sha256 data sha_all_cores
  { head -c 1000000 "$work/random"; printf x; tail -c +1000001 "$work/random"; } >data/file
  commit insert
  for block in $(seq 10); do
    head -c 4096 /dev/urandom |
      dd of=data/file bs=4096 seek=$((block * size * 20)) conv=notrunc status=none
  done
  commit overwrite
  cd "$work"; rm -rf "$work/run-$repeat"
done

median() { tr ' ' '\n' | sed '/^$/d' | sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
echo
echo "$size MiB a file; seconds, median of $repeats (ratio to fsync), and growth of the store in KiB"
echo
echo "| work | ${tools// / | } |"
echo "|---|---|---|---|---|"
for row in $rows; do
  line="| $row |"
  own=$(echo "${seconds[$row,fsync]}" | median)
  for tool in $tools; do
    if [ -n "${seconds[$row,$tool]:-}" ]; then
      value=$(echo "${seconds[$row,$tool]}" | median)
      line+=" $value ($(echo "$value $own" | awk '{printf "%.1f", $1/($2 > 0 ? $2 : 0.001)}'))"
      [ "$tool" = sha256 ] || line+=", ${growth[$row,$tool]} KiB"
    fi
    line+=" |"
  done
  echo "$line"
done
