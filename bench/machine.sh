#!/bin/sh
# Prints what a table must say about where it was made: the machine, and the programs' versions.
set -eu
fsync=${1:-fsync}
echo "- $(nproc) cores, $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "- $(awk '/MemTotal/ {printf "%.0f GiB of memory", $2 / 1048576}' /proc/meminfo), $(stat -f -c %T "${WORK:-/var/tmp}")"
echo "- Linux $(uname -r | cut -d- -f1)"
version() { command -v "$1" >/dev/null 2>&1 && printf -- '- %s\n' "$("$@" 2>&1 | head -n 1)"; }
version "$fsync" version
version git --version
version rsync --version
version restic version
version borg --version
version casync --version
version unison -version
version cp --version
exit 0
