#!/bin/bash
# A hub behind a real nginx, with the very configuration of docs/operations.md: clones, syncs in both
# directions at once, a large push and a slow one, clients that are killed, limits by the address that
# the proxy saw, and what a client is told by a proxy that waits for a request's end.
#
#   Tests/Demo/proxy.sh FSYNC
#
# Needs nginx, openssl and curl, and the ports PORT to PORT+2 of the loopback interface (default:
# 18443); no privileges. MEGABYTES is the size of the large push (default: 300). Prints what it does;
# fails where something is not as it should be.
set -euo pipefail
fsync=$(realpath "$1")
port=${PORT:-18443}
megabytes=${MEGABYTES:-300}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
export HOME=$work/home SSL_CERT_FILE=$work/ca.pem
mkdir -p "$HOME"
hub= nginx=
finish() {
  [ -z "$nginx" ] || kill "$nginx" 2>/dev/null || true
  [ -z "$hub" ] || kill "$hub" 2>/dev/null || true
  wait 2>/dev/null || true
  rm -rf "$work"
}
trap finish EXIT

say() { printf '== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 5 "$work/hub.log" "$work/error.log" >&2; exit 1; }
timed() { local start=$EPOCHREALTIME; "$@"; awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN {printf "   %.2f s\n", b - a}'; }
noise() { head -c "$1" /dev/urandom; }
same() { diff -r -x .fsync "$work/desk" "$work/lap" || fail "the folders differ"; }

say "a hub on the loopback interface, behind a proxy"
mkdir "$work/hub"
"$fsync" -C "$work/hub" hub create -q photos
token=$("$fsync" -C "$work/hub" hub token add --write photos test)
FSYNC_TOKEN=$token
export FSYNC_TOKEN
"$fsync" serve "$work/hub" --behind-proxy --listen 127.0.0.1:0 --port-file "$work/port" --timeout 20 \
  2>"$work/hub.log" &
hub=$!
for _ in {1..200}; do [ -s "$work/port" ] && break; sleep 0.05; done
upstream=$(cat "$work/port")

say "an authority, a certificate, and nginx: as in docs/operations.md, once more with HTTP/2, and as it is by itself"
cd "$work"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=ca \
  -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=hub -keyout hub.key \
  -out hub.csr 2>/dev/null
echo 'subjectAltName=DNS:localhost' >names
openssl x509 -req -in hub.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names \
  -out hub.pem 2>/dev/null
sed -n '/^```nginx$/,/^```$/p' "$root/docs/operations.md" | sed '/^```/d' |
  sed -e "s|/etc/ssl/|$work/|" -e "s|127.0.0.1:8420|127.0.0.1:$upstream|" \
    -e 's|server_name .*;|server_name localhost;|' >site
grep -q "listen 443 ssl" site && grep -q "127.0.0.1:$upstream" site || fail "the example has changed"
sed "s|listen 443 ssl.*;|listen 127.0.0.1:$port ssl;|" site >documented
sed "s|listen 443 ssl.*;|listen 127.0.0.1:$((port + 1)) ssl http2;|" site >http2
sed -e "s|listen 443 ssl.*;|listen 127.0.0.1:$((port + 2)) ssl;|" \
  -e '/proxy_request_buffering/d; /proxy_buffering/d; /proxy_http_version/d' site >waiting
for kind in body proxy fastcgi uwsgi scgi; do
  option=${kind}_temp_path
  [ $kind != body ] || option=client_body_temp_path
  echo "$option $work/temp-$kind;"
done >temporary
cat >nginx.conf <<END
daemon off;
$([ "$(id -u)" != 0 ] || echo "user $(id -un);")
pid $work/nginx.pid;
error_log $work/error.log;
events {}
http {
  access_log $work/access.log;
  include $work/temporary;
  include $work/documented;
  include $work/http2;
  include $work/waiting;
}
END
nginx -e "$work/error.log" -p "$work" -c "$work/nginx.conf" 2>/dev/null &
nginx=$!
for _ in {1..100}; do [ -s nginx.pid ] && break; sleep 0.05; done
[ -s nginx.pid ] || fail "nginx does not start"
place=https://localhost:$port/photos

say "clone, and sync in both directions at once"
mkdir desk && cd desk
for n in {1..300}; do echo "$n" >"file$n"; done
"$fsync" init -q --name desk
"$fsync" remote add -q origin "$place"
"$fsync" sync -q
"$fsync" clone -q --name lap "$place" ../lap
same
noise 40000000 >from-desk
noise 40000000 >../lap/from-lap
"$fsync" -C ../lap sync -q
timed "$fsync" sync
"$fsync" -C ../lap sync -q
same

say "push $megabytes MB: through nginx, through nginx with HTTP/2, and past it"
for url in "$place" "https://localhost:$((port + 1))/photos" "http://localhost:$upstream/photos"; do
  noise $((megabytes * 1000000)) >large
  "$fsync" commit -q -m large
  timed "$fsync" sync "$url"
done
[ -z "$(find "$work"/temp-* -type f)" ] || fail "nginx gathers a request in a file"

say "a slow push: 12 MB at 2 MB a second"
noise 12000000 >slow
timed "$fsync" sync --limit-rate 2M

say "a hub that stands still for a while in the midst of a push: nginx must go on afterwards"
noise 60000000 >stopped
"$fsync" commit -q -m stopped
"$fsync" sync -q --limit-rate 15M &
pid=$!
sleep 2
kill -STOP "$hub"
sleep 4
kill -CONT "$hub"
wait $pid

say "clients that are killed in the midst"
noise 60000000 >cut
"$fsync" commit -q -m cut
for seconds in 0.08 0.12 0.16 0.2 0.24 0.28; do
  "$fsync" sync -q >/dev/null 2>&1 &
  pid=$!
  sleep $seconds
  kill -KILL $(cat /proc/$pid/task/*/children 2>/dev/null) $pid 2>/dev/null || true
  wait $pid 2>/dev/null || true
done
"$fsync" sync -q
"$fsync" -C ../lap sync -q
same
active() { curl -s "http://127.0.0.1:$upstream/metrics" | grep -c '^fsync_hub_sessions_active 0$'; }
for _ in {1..100}; do [ "$(active)" = 1 ] && break; sleep 0.1; done
[ "$(active)" = 1 ] || fail "sessions of killed clients stay"
"$fsync" -C "$work/hub/photos" fsck -q || fail "fsck"

say "a wait for new heads"
curl="curl -s --cacert $work/ca.pem"
tag=$($curl -D - -o /dev/null -H "Authorization: Bearer $token" "$place/heads" |
  tr -d '\r' | sed -n 's/^etag: //Ip')
code=$($curl -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" \
  -H "If-None-Match: $tag" "$place/heads?wait=3")
[ "$code" = 304 ] || fail "the wait ends with $code"

say "limits by the address that the proxy saw; what a client says of itself is not believed"
for _ in {1..11}; do
  code=$($curl --interface 127.0.0.2 -o /dev/null -w '%{http_code}' -H 'X-Forwarded-For: 192.0.2.7' \
    -H "Authorization: Bearer fst-00000000-$(printf '0%.0s' {1..64})" "$place/heads")
done
[ "$code" = 429 ] || fail "ten wrong tokens and one more: $code"
code=$($curl -o /dev/null -w '%{http_code}' -H "Authorization: Bearer $token" "$place/heads")
[ "$code" = 200 ] || fail "another address is limited too: $code"
grep -q 'from=127.0.0.2' "$work/hub.log" || fail "the log does not have the address"
! grep -q 'from=192.0.2.7' "$work/hub.log" || fail "the log has what the client said"
code=$($curl -o /dev/null -w '%{http_code}' "https://localhost:$port/metrics")
[ "$code" = 403 ] || fail "/metrics: $code"

say "a proxy that waits for a request's end"
echo small >small
"$fsync" commit -q -m small
status=0
FSYNC_TIMEOUT=8 "$fsync" sync "https://localhost:$((port + 2))/photos" 2>told || status=$?
sed 's/^/   /' told
[ "$status" = 3 ] && grep -q 'proxy_request_buffering off' told || fail "status $status"
say "all is well"
