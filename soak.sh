#!/usr/bin/env bash
# Runs the long tests, which ./test.sh runs in short: 100 versions of a layer of 5,000 files on disk; 100,000 calls of a runtime and three
# extensions at random; 10,000 broken SAM templates; 50 kills in the middle of a deployment; an application that the CDK synthesises on the
# spot; 1,000 calls of each runtime; AWS's Node.js runtime client as its own scripts build it; publishes, deletions, starts and collections
# at once, 1,000 rounds from a seed, in the room and then through the server; 200 functions for 20 minutes; the end-to-end tests with a fresh
# process for each start, and the room's with sandboxes in advance.
#   ./soak.sh [SEED] [ROUNDS]      a seed is printed, so that what fails can be run again
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")"
case ${1:-} in -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;; esac
export LAMINA_STORM_SEED=${1:-$((RANDOM * RANDOM % 1000000))} LAMINA_STORM_ROUNDS=${2:-1000}
export LAMINA_TEST_LIMIT=${LAMINA_TEST_LIMIT:-3600}
echo "seed $LAMINA_STORM_SEED, $LAMINA_STORM_ROUNDS rounds"
export LAMINA_RATIO_FILES=5000 LAMINA_RATIO_VERSIONS=100 LAMINA_WALK_CALLS=100000
./test.sh Rooms --filter StorageRatioTests
./test.sh Rooms --filter RandomWalkTests
./test.sh Rooms --filter CollectionTests
LAMINA_SAM_ROUNDS=10000 ./test.sh Rooms --filter SamFuzzTests
LAMINA_KILL_ROUNDS=50 ./test.sh EndToEnd --filter StackKillTests
LAMINA_CDK=1 ./test.sh EndToEnd --filter StackClientTests.A_CDK
LAMINA_TABLE_CALLS=1000 ./test.sh EndToEnd --filter RuntimeTableTests
LAMINA_RIC_SCRIPTS=1 ./test.sh EndToEnd --filter RuntimeClientTests
LAMINA_FLEET_FUNCTIONS=200 LAMINA_FLEET_SECONDS=1200 ./test.sh EndToEnd --filter FleetTests
LAMINA_TEST_UP='--shell-memory 0' ./test.sh EndToEnd
LAMINA_TEST_SHELLS=1 ./test.sh Rooms --filter Execution
exec ./test.sh EndToEnd --filter StormTests
