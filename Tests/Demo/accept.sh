#!/bin/bash
# Slow proofs on real files, run by hand: `accept.sh FSYNC tree|ssh|kill|all [COUNT]`.
#   tree  30,000 real files: commit, clone over a path; rsync finds no difference
#   ssh   the same over SSH to an sshd of its own on a loopback port
#   kill  kill -9 at COUNT (200) random moments of commit and sync; fsck clean, replicas converge
set -euo pipefail
fsync=$(realpath "$1")
what=${2:-all}
count=${3:-200}
work=$(mktemp -d "${WORK:-/var/tmp}/fsync-accept.XXXXXX")
sshd_pid=
finish() {
  [ -z "$sshd_pid" ] || kill "$sshd_pid" 2>/dev/null || true
  chmod -R u+w "$work" 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT
export HOME=$work/home
mkdir -p "$HOME"

fail() { echo "FAILED: $*" >&2; exit 1; }
# Names, kinds, modes, mtimes (not of folders, which fsync does not record), targets, content.
equal() {
  local out
  out=$(rsync -naiO --delete --checksum --exclude=/.fsync "$1/" "$2/")
  [ -z "$out" ] || fail "$1 and $2 differ: $(echo "$out" | head -5)"
}
timed() {
  local start end
  start=$(date +%s.%N)
  "$@"
  end=$(date +%s.%N)
  echo "   $(echo "$end $start" | awk '{printf "%.2f s", $1-$2}'): ${*##*/}"
}

real_tree() {
  mkdir -p "$work/a"
  find /usr /opt -xdev \( -type f -size -1000k -o -type l \) -readable 2>/dev/null |
    awk 'NR <= 34000' >"$work/list"
  tar -C / -cf - -T "$work/list" 2>/dev/null | tar -C "$work/a" -xf - 2>/dev/null || true
  mkdir -p "$work/a/empty/folder"
  truncate -s 20M "$work/a/sparse"
  printf 'x' | dd of="$work/a/sparse" bs=1 seek=9000000 conv=notrunc status=none
  printf 'odd' >"$work/a/$(printf 'not-utf8-\377\376')"
  printf 'odd' >"$work/a/$(printf 'new\nline')"
  chmod 600 "$work/a/sparse"
  touch -d '1969-07-20 20:17:40.123456789 UTC' "$work/a/sparse"
  echo "   $(find "$work/a" -type f | wc -l) files, $(find "$work/a" -type l | wc -l) links," \
    "$(du -sm "$work/a" | cut -f1) MiB"
}

start_sshd() {
  mkdir -p "$work/ssh" "$HOME/.ssh" /run/sshd
  ssh-keygen -q -t ed25519 -N '' -f "$work/ssh/host"
  ssh-keygen -q -t ed25519 -N '' -f "$HOME/.ssh/id"
  cp "$HOME/.ssh/id.pub" "$work/ssh/authorized"
  chmod 600 "$work/ssh/authorized"
  cat >"$work/ssh/config" <<END
Port 22022
ListenAddress 127.0.0.1
HostKey $work/ssh/host
AuthorizedKeysFile $work/ssh/authorized
StrictModes no
PidFile none
UsePAM no
END
  /usr/sbin/sshd -D -f "$work/ssh/config" -E "$work/ssh/log" &
  sshd_pid=$!
  mkdir -p "$work/bin"
  cat >"$work/bin/ssh" <<END
#!/bin/sh
exec /usr/bin/ssh -F none -i $HOME/.ssh/id -o StrictHostKeyChecking=no \
  -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "\$@"
END
  chmod +x "$work/bin/ssh"
  # The far side finds fsync where ssh's default PATH looks.
  ln -sf "$fsync" /usr/local/bin/fsync
  export PATH=$work/bin:$PATH
  for _ in $(seq 50); do
    "$work/bin/ssh" -p 22022 root@127.0.0.1 true 2>/dev/null && return
    sleep 0.1
  done
  fail "sshd does not answer: $(cat "$work/ssh/log")"
}

prepare() {
  if [ ! -d "$work/a/.fsync" ]; then
    echo "== a real tree"
    real_tree
    (cd "$work/a" && "$fsync" init -q --name a && rm -f .fsyncignore)
    timed "$fsync" -C "$work/a" commit -q -m real
    timed "$fsync" -C "$work/a" status
  fi
}

accept_tree() {
  prepare
  echo "== clone over a path"
  timed "$fsync" clone -q --name b "$work/a" "$work/b"
  equal "$work/a" "$work/b"
  timed "$fsync" -C "$work/b" sync
  timed "$fsync" -C "$work/b" fsck
}

accept_ssh() {
  prepare
  echo "== clone over ssh"
  start_sshd
  timed "$fsync" clone -q --name c "ssh://root@127.0.0.1:22022$work/a" "$work/c"
  equal "$work/a" "$work/c"
  echo edited >>"$work/c/empty/new"
  timed "$fsync" -C "$work/c" sync --json
  equal "$work/a" "$work/c"
}

accept_kill() {
  echo "== kill -9 at $count random moments"
  mkdir -p "$work/k1"
  cp -a /usr/include/. "$work/k1/"
  (cd "$work/k1" && "$fsync" init -q --name k1 && "$fsync" commit -q -m first)
  "$fsync" clone -q --name k2 "$work/k1" "$work/k2"
  local round killed=0 ended path pid log="$work/written"
  : >"$log"
  for round in $(seq "$count"); do
    for side in k1 k2; do
      path=$work/$side/round-$((round % 40))/$side-$round
      mkdir -p "$(dirname "$path")"
      head -c $((RANDOM * 8)) /dev/urandom | base64 >"$path"
      echo "$side $round" >>"$work/$side/shared-$((round % 7))"
      find "$work/$side" -maxdepth 1 -name '*.h' | sort | sed -n "$((RANDOM % 40 + 1))p" |
        xargs -r rm -f
      sha256sum <"$path" | cut -d' ' -f1 >>"$log"
    done
    if [ $((round % 2)) = 0 ]; then set -- "$fsync" -C "$work/k1" commit -q -m "$round"
    else set -- "$fsync" -C "$work/k2" sync -q; fi
    "$@" >/dev/null 2>&1 &
    pid=$!
    sleep "$(awk -v r=$RANDOM 'BEGIN {printf "%.3f", r / 32768 * 0.15}')"
    kill -9 "$pid" 2>/dev/null || true
    ended=0
    wait "$pid" 2>/dev/null || ended=$?
    if [ "$ended" = 137 ]; then killed=$((killed + 1)); fi
    if [ $((round % 20)) = 0 ]; then
      for side in k1 k2; do
        "$fsync" -C "$work/$side" fsck --quick >/dev/null || fail "fsck of $side, round $round"
      done
    fi
  done
  echo "   $killed of $count were killed"
  status=0
  "$fsync" -C "$work/k1" commit -q -m last || fail "commit after kills"
  "$fsync" -C "$work/k2" sync -q || status=$?
  [ "$status" = 0 ] || [ "$status" = 2 ] || fail "sync after kills: $status"
  "$fsync" -C "$work/k2" sync -q || true
  equal "$work/k1" "$work/k2"
  for side in k1 k2; do
    "$fsync" -C "$work/$side" fsck >/dev/null || fail "fsck of $side at the end"
    left=$(find "$work/$side" \( -name '.fsync-stage-*' -o -path '*/.fsync/stage/*' \) | head -3)
    [ -z "$left" ] || fail "temporaries left in $side: $left"
  done
  find "$work/k1" -path '*/.fsync' -prune -o -type f -name 'k[12]-*' -print0 |
    xargs -0 sha256sum | cut -d' ' -f1 | sort >"$work/found"
  sort "$log" >"$work/wanted"
  lost=$(comm -23 "$work/wanted" "$work/found" | wc -l)
  [ "$lost" = 0 ] || fail "$lost written files are lost"
  echo "   fsck clean, no temporaries, both folders the same, all $(wc -l <"$log") files there"
}

case $what in
tree) accept_tree ;;
ssh) accept_ssh ;;
kill) accept_kill ;;
all) accept_tree; accept_ssh; accept_kill ;;
*) echo "what: tree, ssh, kill or all" >&2; exit 64 ;;
esac
echo "accepted: $what"
