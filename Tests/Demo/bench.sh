#!/bin/bash
# Times fsync side by side with git, rsync, restic and unison on the same real files, in one run,
# and prints a Markdown table of medians and of ratios to fsync. Tools that are not installed are
# left out. Usage: bench.sh FSYNC [FILES] [REPEATS]; WORK= chooses the folder (a real disk).
set -euo pipefail
fsync=$1
files=${2:-30000}
repeats=${3:-3}
work=$(mktemp -d "${WORK:-/var/tmp}/fsync-bench.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
export HOME=$work/home RESTIC_PASSWORD=bench GIT_CONFIG_NOSYSTEM=1 UNISON=$work/unison
mkdir -p "$HOME" "$work/source"
git config --global user.email bench@example.org
git config --global user.name bench
# Durable, as fsync is: the default flushes packs only.
git config --global core.fsync loose-object,pack,pack-metadata,index,reference
git config --global core.fsyncMethod batch
git config --global core.untrackedCache true
git config --global gc.auto 0

have() { command -v "$1" >/dev/null 2>&1; }
now() { date +%s.%N; }
declare -A result
# measure ROW TOOL COMMAND...: one time of one repeat
measure() {
  local row=$1 tool=$2 start end
  shift 2
  sync
  start=$(now)
  "$@" >"$work/out" 2>&1 || { echo "failed: $row $tool: $*" >&2; tail -5 "$work/out" >&2; exit 1; }
  end=$(now)
  result[$row,$tool]+=" $(echo "$end $start" | awk '{printf "%.3f", $1-$2}')"
}

find /usr /opt -xdev -type f -size -512k -readable 2>/dev/null | head -n "$files" >"$work/list" || true
tar -C / -cf - -T "$work/list" 2>/dev/null | tar -C "$work/source" -xf -
count=$(find "$work/source" -type f | wc -l)
size=$(du -sm "$work/source" | cut -f1)

in_dir() { (cd "$1" && shift && "$@"); }
git_commit() { (cd "$1" && git add -A && git commit -qm x); }
git_commit_none() { (cd "$1" && git add -A && git commit -qm x --allow-empty); }
git_first() { (cd "$1" && git init -q . && git add -A && git commit -qm x); }
fsync_first() { (cd "$1" && "$fsync" init -q && "$fsync" commit -q -m x); }
rsync_durable() { rsync -a --delete "$@" && sync -f "${@: -1}"; }
edit() { printf 'edited %s\n' "$RANDOM$RANDOM" >>"$1"; }

for repeat in $(seq "$repeats"); do
  echo "repeat $repeat of $repeats" >&2
  rm -rf "$work"/run "$UNISON"; mkdir -p "$work/run"; cd "$work/run"
  for tool in f g; do cp -a "$work/source" "$work/run/$tool"; done
  victim=$(cd f && find . -type f -size -64k | sort | sed -n 100p)
  sync

  measure commit-first fsync fsync_first f
  measure commit-first git git_first g
  if have restic; then
    restic init -q -r r >/dev/null
    measure commit-first restic restic -q -r r backup "$work/source"
  fi
  measure commit-first rsync rsync_durable "$work/source/" c/

  measure status fsync "$fsync" -C f status
  measure status git git -C g status
  measure status rsync rsync -an --delete "$work/source/" c/

  measure commit-none fsync "$fsync" -C f commit -q -m none
  measure commit-none git git_commit_none g
  if have restic; then measure commit-none restic restic -q -r r backup "$work/source"; fi

  edit "f/$victim"; edit "g/$victim"; edit "$work/source/$victim"
  measure commit-one fsync "$fsync" -C f commit -q -m one
  measure commit-one git git_commit g
  if have restic; then measure commit-one restic restic -q -r r backup "$work/source"; fi
  measure commit-one rsync rsync_durable "$work/source/" c/

  measure clone fsync "$fsync" clone -q "$work/run/f" f2
  measure clone git git clone -q --no-local g g2
  if have restic; then measure clone restic restic -q -r r restore latest --target r2; fi
  measure clone rsync rsync_durable c/ c2/

  measure sync-none fsync "$fsync" -C f2 sync -q
  measure sync-none git git -C g2 pull -q
  measure sync-none rsync rsync_durable c/ c2/
  if have unison; then
    cp -a c u1; unison -silent -batch -fat=false u1 u2 >/dev/null 2>&1 || true
    measure sync-none unison unison -silent -batch u1 u2
  fi

  edit "f/$victim"; edit "g/$victim"; edit "c/$victim"
  git -C g commit -qam two
  measure sync-one fsync "$fsync" -C f2 sync -q
  measure sync-one git git -C g2 pull -q
  measure sync-one rsync rsync_durable c/ c2/
  if have unison; then
    edit "u1/$victim"
    measure sync-one unison unison -silent -batch u1 u2
  fi
  {
    echo "fsync $(du -sm f/.fsync | cut -f1)"; echo "git $(du -sm g/.git | cut -f1)"
    if have restic; then echo "restic $(du -sm r | cut -f1)"; fi
  } >"$work/sizes"
done

median() { tr ' ' '\n' | sed '/^$/d' | sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
echo
echo "$count files, $size MiB, median of $repeats, seconds (ratio to fsync)"
echo
echo "| work | fsync | git | rsync | restic | unison |"
echo "|---|---|---|---|---|---|"
for row in commit-first status commit-none commit-one clone sync-none sync-one; do
  line="| $row |"
  own=$(echo "${result[$row,fsync]}" | median)
  for tool in fsync git rsync restic unison; do
    if [ -n "${result[$row,$tool]:-}" ]; then
      value=$(echo "${result[$row,$tool]}" | median)
      line+=" $value ($(echo "$value $own" | awk '{printf "%.1f", $1/($2 > 0 ? $2 : 0.001)}')) |"
    else
      line+=" |"
    fi
  done
  echo "$line"
done
echo
echo "store, MiB: $(tr '\n' ' ' <"$work/sizes")"
