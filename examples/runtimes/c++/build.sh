#!/bin/sh
# Debian: apt-get install g++. build.sh FOLDER
exec g++ -std=c++17 -O1 -Wall -o "$1/bootstrap" "$(dirname "$0")/bootstrap.cpp"
