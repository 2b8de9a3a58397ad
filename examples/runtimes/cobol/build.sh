#!/bin/sh
# Debian: apt-get install gnucobol. build.sh FOLDER
exec cobc -x -free -O -o "$1/bootstrap" "$(dirname "$0")/bootstrap.cob"
