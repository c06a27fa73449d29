#!/bin/sh
# Installs those of the named Debian packages that are missing.
set -eu
missing=
for package in "$@"; do
  if command -v dpkg-query >/dev/null 2>&1; then
    case $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) in
      installed) ;;
      *) missing="$missing $package" ;;
    esac
  fi
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
  echo "please install the equivalents of:$missing" >&2
  exit 1
fi
root=
[ "$(id -u)" = 0 ] || root=sudo
export DEBIAN_FRONTEND=noninteractive
# shellcheck disable=SC2086 # the list is meant to be split
$root apt-get install -y --no-install-recommends $missing >/dev/null 2>&1 || {
  $root apt-get update -q >/dev/null
  $root apt-get install -y --no-install-recommends $missing >/dev/null
}
echo "installed:$missing"
