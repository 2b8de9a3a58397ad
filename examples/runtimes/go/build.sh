#!/bin/sh
# Debian: apt-get install golang-go. build.sh FOLDER
set -eu
export GOCACHE="${GOCACHE:-${TMPDIR:-/tmp}/lamina-go-cache}" CGO_ENABLED=0 GOFLAGS=-mod=mod GO111MODULE=off
exec go build -ldflags '-s -w' -o "$1/bootstrap" "$(dirname "$0")/main.go"
