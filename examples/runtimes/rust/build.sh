#!/bin/sh
# Debian: apt-get install rustc. build.sh FOLDER
exec rustc --edition 2021 -C opt-level=1 -o "$1/bootstrap" "$(dirname "$0")/bootstrap.rs"
