#!/bin/sh
# Debian: apt-get install php-cli. build.sh FOLDER
install -m 755 "$(dirname "$0")/bootstrap.php" "$1/bootstrap"
