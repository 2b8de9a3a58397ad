#!/usr/bin/env bash
# Measures Lamina against baselines taken in the same run and prints a table (--json for programs; --help says the rest).
set -euo pipefail
home=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
"$home/lamina" --version >/dev/null # builds the server that is measured
export LAMINA_HOME=$home
exec dotnet run --project "$home/bench" -c Release -v quiet -- "$@"
