#!/bin/sh
# Builds lamina-jail into the given file. A static program has fewer mappings to copy at every clone; where the C library
# comes without its static half, a dynamic one does the same work.
# (-Wno-format-truncation: snprintf is used to cut, and a cut path fails at its use.)
set -eu
out=$1
cd "$(dirname "$0")"
cc=${CC:-cc}
if ! command -v "$cc" >/dev/null 2>&1; then
    echo "lamina-jail needs a C compiler; install gcc: apt-get install gcc libc6-dev" >&2
    exit 1
fi
flags="-std=gnu17 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Wconversion -Wshadow -Wvla -Werror
 -Wno-format-truncation -fstack-protector-strong -D_FORTIFY_SOURCE=2 -fPIE -Wl,-z,relro,-z,now,-z,noexecstack"
mode=-static-pie
echo 'int main(void) { return 0; }' | "$cc" -xc - $mode -fPIE -o "$out.probe" 2>/dev/null || mode=-pie
rm -f "$out.probe"
"$cc" $flags $mode -o "$out.new" main.c wire.c plan.c cgroup.c template.c idmap.c network.c sandbox.c init.c seccomp.c
mv -f "$out.new" "$out"
