#!/bin/sh
# Debian: apt-get install erlang-base. build.sh FOLDER
set -eu
here=$(dirname "$0")
erlc -Wall -o "$1" "$here/runtime.erl"
install -m 755 "$here/bootstrap" "$1/bootstrap"
