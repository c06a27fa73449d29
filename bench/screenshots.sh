#!/bin/sh
# Makes pictures of every page of a hub in a real browser, wide and narrow, light and dark, and checks
# that no script runs and that nothing the pages need is blocked.
#
#   bench/screenshots.sh [FOLDER]      pictures go there, ./screenshots where none is given
#
# It needs chromium (Debian: apt-get install chromium) and a build; FSYNC_BINARY names another one.
# Look at the pictures: whether they look well no program can say.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
fsync=${FSYNC_BINARY:-$here/.build/release/fsync}
out=${1:-screenshots}
mkdir -p "$out"
out=$(cd "$out" && pwd)
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) || {
  echo "chromium is missing" >&2
  exit 1
}
work=$(mktemp -d)
hub=
cleanup() {
  [ -z "$hub" ] || kill "$hub" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
export HOME="$work/home" FSYNC_USER_NAME='Ada Lovelace <ada@example.org>'
mkdir -p "$HOME" "$work/hub" "$work/desk"

# A repository as people have one.
"$fsync" -C "$work/hub" hub create -q project
"$fsync" -C "$work/hub" hub create -q photos
"$fsync" -C "$work/hub" hub create -q empty
"$fsync" serve "$work/hub" --listen 127.0.0.1:0 --port-file "$work/port" 2>"$work/log" &
hub=$!
while [ ! -s "$work/port" ]; do sleep 0.1; done
base=http://127.0.0.1:$(cat "$work/port")
cd "$work/desk"
"$fsync" init -q --name desk
mkdir -p docs src 'Letters 2026/to family'
cp "$here/README.md" "$here/Makefile" .
cp "$here"/docs/*.md docs/
cp "$here"/Sources/FsyncHub/*.swift src/
printf '#!/bin/sh\necho hello\n' >run.sh
chmod 755 run.sh
ln -s README.md link-to-readme
"$fsync" commit -q -m 'Begin with what there is'
sed -i '3s/.*/It was changed here, and a little more than that./; 40,44d' docs/design.md
echo 'let answer = 42' >>src/Hub.swift
rm src/Grant.swift
"$fsync" commit -q -m 'Design: say what is meant

The second paragraph explains at some length why this was necessary, what else was tried, and
what would have to be done if it turned out not to be enough after all.'
mv docs/operations.md docs/running.md
head -c 70000 /dev/urandom >random.bin
base64 -d >'Letters 2026/to family/picture.png' <<'PICTURE'
iVBORw0KGgoAAAANSUhEUgAAAGAAAABgCAIAAABt+uBvAAABPklEQVR42u3QMREAQQgEwZOBDAQgABnIQAYSCJH5Ejb6bKpaQb/3
QrK3kr+Q8q1UL6R+K80L6d5KjyCCCCKIIIIIIogggggi6I8gW8ksJLeV0kIqW6ktpLGVzkIiiCCCCCKIIIIIIoggggj6JchDMl/J
PaT0lcpDal9pPKTzlQgiiCCCCCKIIIIIIogggn4JypUsQ/JcKTOkypU6Q5pc6TIkgggiiCCCCCKIIIIIIoigX4IqJKuVvELKWqkq
pK6VpkK6WokggggiiCCCCCKIIIIIIuiXoF7JOiTvlbJDql6pO6Tpla5DIogggggiiCCCCCKIIIII+iVoQrJZySeknJVqQupZaSak
m5UIIogggggiiCCCCCKIIIJ+CbqV7ELyWykvpLqV+kKaW+kuJIIIIogggggiiCCCCCKIoB+CPrSYGkpXvo3uAAAAAElFTkSuQmCC
PICTURE
"$fsync" commit -q -m 'Move the page about running a hub'
for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
  echo "Day $n" >>'Letters 2026/diary.txt'
  "$fsync" commit -q -m "Diary: day $n"
done
"$fsync" sync -q "$base/project"
"$fsync" clone -q --name laptop "$base/project" "$work/laptop"
echo 'milk from the desk' >shopping.txt
echo 'milk from the laptop' >"$work/laptop/shopping.txt"
"$fsync" sync -q "$base/project"
"$fsync" -C "$work/laptop" sync -q || true

# Another one, whose names and contents are out to do harm.
mkdir "$work/evil"
cd "$work/evil"
"$fsync" init -q --name mallory
bash -c '
  mkdir "<script>document.title=\"ran\"<" "$(printf "long-%.0s" {1..50})"
  echo "<script>document.title=\"ran\"</script><img src=x onerror=document.title=\"ran\">" >"\"onerror=\"document.title='"'ran'"'"
  echo x >$'"'line\\nbreak'"'; echo x >$'"'\\e[31mred'"'; echo x >$'"'\\u202egpj.exe'"'; echo x >$'"'\\xff\\xfe'"'
  echo "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"document.title='"'ran'"'\"/>" >picture.svg
  printf "%0.sa very long line without an end " {1..400} >long-line.txt
  printf "caf\\xe9 \\x1b[31m \\u202e bidi\\r\\n\\tTab\\n" >encodings.txt
  echo עברית >"עברית"; touch "x/../y" 2>/dev/null || true
  touch "$(printf "n%.0s" {1..255})"
'
"$fsync" commit -q -m '<script>document.title="ran"</script>'
"$fsync" sync -q "$base/photos"

shot() { # name, path
  for size in 1280,900 390,844; do
    for scheme in light dark; do
      set -- "$1" "$2" $([ $scheme = light ] || echo --blink-settings=preferredColorScheme=0)
      name=$1 path=$2
      shift 2
      "$browser" --headless=new --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/browser" \
        --window-size=$size "$@" --screenshot="$out/$name-${size%,*}-$scheme.png" "$base$path" \
        >/dev/null 2>&1
      [ -s "$out/$name-${size%,*}-$scheme.png" ] || { echo "$name: no picture" >&2; exit 1; }
      set -- "$name" "$path"
    done
  done
  "$browser" --headless=new --no-sandbox --disable-gpu --user-data-dir="$work/browser" --enable-logging=stderr \
    --dump-dom "$base$2" >"$work/dom" 2>"$work/console"
  if grep -q '<title>ran</title>' "$work/dom" || grep -q 'CONSOLE.*\(Refused\|violates\|Error\)' "$work/console"; then
    echo "$1: a script ran, or something is blocked" >&2
    grep CONSOLE "$work/console" >&2 || true
    exit 1
  fi
  echo "$1"
}

head=$("$fsync" -C "$work/hub/project" log -n 1 --json | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
second=$("$fsync" -C "$work/desk" log --json docs/design.md | grep -o '"id":"[0-9a-f]*"' | head -1 | cut -d'"' -f4)
bad=$("$fsync" -C "$work/evil" log -n 1 --json | sed 's/.*"id":"\([0-9a-f]*\)".*/\1/')
shot repositories /
shot overview /project/
shot folder "/project/files/$head/docs"
shot file "/project/files/now/src/Hub.swift"
shot markdown "/project/files/now/docs/design.md"
shot image "/project/files/now/Letters%202026/to%20family/picture.png"
shot binary /project/files/now/random.bin
shot link /project/files/now/link-to-readme
shot history /project/log/
shot history-file /project/log/docs/running.md
shot commit "/project/commit/$second"
shot conflicts /project/conflicts
shot empty /empty/
shot missing /absent/
shot evil /photos/
shot evil-file "/photos/files/now/%22onerror%3D%22document.title%3Dran"
shot evil-svg /photos/files/now/picture.svg
shot evil-long /photos/files/now/long-line.txt
shot evil-text /photos/files/now/encodings.txt
shot evil-commit "/photos/commit/$bad"
# The page of a hub that wants a token comes after the browser's own question, which nobody answers here.
