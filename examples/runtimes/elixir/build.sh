#!/bin/sh
# Debian: apt-get install elixir. build.sh FOLDER
set -eu
here=$(dirname "$0")
elixirc -o "$1" "$here/runtime.ex"
install -m 755 "$here/bootstrap" "$1/bootstrap"
