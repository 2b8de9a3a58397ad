#!/bin/sh
# Debian: apt-get install nodejs; or put a node of your own beside the bootstrap, and its path into the first line. build.sh FOLDER
install -m 755 "$(dirname "$0")/bootstrap.cjs" "$1/bootstrap"
