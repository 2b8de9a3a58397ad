#!/bin/sh
# Debian: nothing to install. build.sh FOLDER
install -m 755 "$(dirname "$0")/bootstrap" "$1/bootstrap"
