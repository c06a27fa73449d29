#!/bin/bash
# Times fsync side by side with git, rsync, restic, borg, casync, unison and cp on the same files, in
# one run, and prints a Markdown table of medians and, in brackets, of ratios to fsync. Tools that
# are not installed are left out.
#
#   compare.sh FSYNC [FOLDER [REPEATS]]
#
# FOLDER is what is committed and copied; without one it is made of 20,000 files of this machine. WORK
# chooses where the work is done: a real disk, with room for ten copies a repeat. Nothing is
# deleted before the end, since ext4 looks past each inode that was freed in the last minutes when
# it makes a file, which is nothing that any of these programs does.
set -euo pipefail
fsync=$(realpath "$1")
repeats=${3:-3}
work=$(mktemp -d "${WORK:-/var/tmp}/fsync-bench.XXXXXX")
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir -p "$work/home" "$work/source"
if [ -n "${2:-}" ]; then
  source=$(realpath "$2")
else
  source=$work/source
  find /usr /opt -xdev -type f -size -512k -readable 2>/dev/null | head -n 20000 >"$work/list" || true
  tar -C / -cf - -T "$work/list" 2>/dev/null | tar -C "$source" -xf -
fi
export HOME=$work/home UNISON=$work/unison GIT_CONFIG_NOSYSTEM=1
export RESTIC_PASSWORD=bench BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK=yes
git config --global user.email bench@example.org
git config --global user.name bench
# Durable, as fsync is: the default flushes packs only.
git config --global core.fsync loose-object,pack,pack-metadata,index,reference
git config --global core.fsyncMethod batch
git config --global core.untrackedCache true
git config --global gc.auto 0

tools="fsync git rsync restic borg casync unison cp"
rows="commit-first status commit-none commit-one commit-percent commit-renamed restore clone sync-none sync-one"
declare -A result size
have() { command -v "$1" >/dev/null 2>&1; }

# measure ROW TOOL COMMAND...: one time of one repeat
measure() {
  local row=$1 tool=$2 start end
  shift 2
  sync
  start=$EPOCHREALTIME
  "$@" >"$work/out" 2>&1 || { echo "failed: $row $tool: $*" >&2; tail -5 "$work/out" >&2; exit 1; }
  end=$EPOCHREALTIME
  result[$row,$tool]+=" $(echo "$end $start" | awk '{printf "%.3f", $1-$2}')"
}

in_dir() { (cd "$1" && shift && "$@"); }
git_commit() { (cd "$1" && git add -A && git commit -qm x --allow-empty); }
git_first() { (cd "$1" && git init -q . && git add -A && git commit -qm x); }
fsync_first() { (cd "$1" && "$fsync" init -q && "$fsync" commit -q -m x); }
# What does not flush is followed by a flush of the file system it wrote to.
durable() { "$@" && sync -f .; }
borg_commit() { in_dir "$1" borg create -C zstd,1 ../b::"x$RANDOM$RANDOM" .; }
borg_restore() { mkdir b2 && in_dir b2 borg extract ../b::"$(borg list --last 1 --format '{archive}' b)"; }
casync_commit() { casync make --without=privileged --store=c.castr c.caidx "$1"; }

# change EDIT: does the same to every tool's folder
change() { for folder in f g s; do (cd $folder && "$@"); done; }
edit() { printf 'edited %s\n' "$1" >>"$victim"; }
edit_percent() { while read -r file; do printf 'edited\n' >>"$file"; done <"$work/percent"; }
rename_folder() { mv "$moved" "$moved.moved"; }

# commit ROW: the row of all that record a change
commit() {
  measure "$1" fsync "$fsync" -C f commit -q -m x
  measure "$1" git git_commit g
  if have restic; then measure "$1" restic restic -q -r r backup s; fi
  if have borg; then measure "$1" borg borg_commit s; fi
  if have casync; then measure "$1" casync durable casync_commit s; fi
  if have rsync; then measure "$1" rsync durable rsync -a --delete s/ c/; fi
}

for repeat in $(seq "$repeats"); do
  echo "repeat $repeat of $repeats" >&2
  mkdir "$work/run-$repeat"; cd "$work/run-$repeat"
  for copy in f g s; do cp -a "$source" $copy; done
  (cd s && find . -type f -size -64k | sort >"$work/files")
  victim=$(sed -n 100p "$work/files")
  awk 'NR % 100 == 50' "$work/files" >"$work/percent"
  moved=$(cd s && find . -mindepth 1 -maxdepth 3 -type d | sort |
    awk -v file="$victim" 'index(file, $0 "/") != 1 && !found { print; found = 1 }')
  sync

  measure commit-first fsync fsync_first f
  measure commit-first git git_first g
  if have restic; then restic init -q -r r >/dev/null; measure commit-first restic restic -q -r r backup s; fi
  if have borg; then borg init -e none b; measure commit-first borg borg_commit s; fi
  if have casync; then measure commit-first casync durable casync_commit s; fi
  if have rsync; then measure commit-first rsync durable rsync -a s/ c/; fi
  measure commit-first cp durable cp -a s c0

  size[fsync]=$(du -sm f/.fsync | cut -f1)
  size[git]=$(du -sm g/.git | cut -f1)
  if have restic; then size[restic]=$(du -sm r | cut -f1); fi
  if have borg; then size[borg]=$(du -sm b | cut -f1); fi
  if have casync; then size[casync]=$(du -sm c.castr c.caidx | awk '{n += $1} END {print n}'); fi

  measure status fsync "$fsync" -C f status
  git -C g status >/dev/null # fills its untracked cache
  measure status git git -C g status
  if have rsync; then measure status rsync rsync -an --delete s/ c/; fi

  commit commit-none
  change edit "$repeat"; commit commit-one
  change edit_percent; commit commit-percent
  change rename_folder; commit commit-renamed

  measure restore fsync "$fsync" -C f restore -q . --to "$PWD/f3"
  measure restore git durable git -C g worktree add -q ../g3
  if have restic; then measure restore restic durable restic -q -r r restore latest --target r2; fi
  if have borg; then measure restore borg durable borg_restore; fi
  if have casync; then
    measure restore casync durable casync extract --without=privileged --store=c.castr c.caidx c3
  fi
  if have rsync; then measure restore rsync durable rsync -a c/ c2/; fi
  measure restore cp durable cp -a c c4

  measure clone fsync "$fsync" clone -q "$PWD/f" f2
  measure clone git git clone -q --no-local g g2

  measure sync-none fsync "$fsync" -C f2 sync -q
  measure sync-none git git -C g2 pull -q
  if have rsync; then measure sync-none rsync durable rsync -a --delete c/ c2/; fi
  if have unison; then
    unison -silent -batch -fat=false c c4 >/dev/null 2>&1 || true
    measure sync-none unison unison -silent -batch c c4
  fi

  (cd f && edit two); (cd g && edit two); (cd c && edit two)
  git -C g commit -qam two
  measure sync-one fsync "$fsync" -C f2 sync -q
  measure sync-one git git -C g2 pull -q
  if have rsync; then measure sync-one rsync durable rsync -a --delete c/ c2/; fi
  if have unison; then measure sync-one unison unison -silent -batch c c4; fi
done

median() { tr ' ' '\n' | sed '/^$/d' | sort -n | awk '{a[NR]=$1} END {print a[int((NR+1)/2)]}'; }
echo
echo "$(find "$source" -type f | wc -l) files, $(du -sm --apparent-size "$source" | cut -f1) MiB;" \
  "seconds, median of $repeats (ratio to fsync)"
echo
echo "| work | ${tools// / | } |"
echo "|---|---|---|---|---|---|---|---|---|"
for row in $rows; do
  line="| $row |"
  own=$(echo "${result[$row,fsync]}" | median)
  for tool in $tools; do
    if [ -n "${result[$row,$tool]:-}" ]; then
      value=$(echo "${result[$row,$tool]}" | median)
      line+=" $value ($(echo "$value $own" | awk '{printf "%.1f", $1/($2 > 0 ? $2 : 0.001)}')) |"
    else
      line+=" |"
    fi
  done
  echo "$line"
done
line="| store, MiB, after commit-first |"
for tool in $tools; do line+=" ${size[$tool]:-} |"; done
echo "$line"
