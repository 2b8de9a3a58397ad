#!/usr/bin/env bash
# Runs every test and ends with one line: N passed, N failed, N skipped.
#   ./test.sh                      all projects: Tidy, Rooms, Sandbox, EndToEnd
#   ./test.sh Rooms                one project
#   ./test.sh Store                one room (Contract, Store, Layers, …, Cli)
#   ./test.sh --filter TEXT        only tests whose full name contains TEXT; goes with a project or room
# What the tests need and the machine lacks is installed when run as root, and named otherwise (LAMINA_INSTALL=0: only named).
set -uo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" || exit 1

readonly limit=${LAMINA_TEST_LIMIT:-600} # seconds for one project
readonly results=artifacts/test-results
export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1
if [ -n "${NO_COLOR:-}" ] || [ ! -t 1 ]; then plain=(-noColor); else plain=(); fi

say() { printf '== %s\n' "$*"; }

missing_packages() {
    local entry command
    for entry in /usr/bin/aws:awscli unzip:unzip zip:zip node:nodejs npm:npm ruby:ruby bundle:ruby-bundler cc:gcc /usr/bin/python3:python3 git:git setsid:util-linux docker-registry:docker-registry \
        javac:default-jdk-headless g++:g++ make:make xz:xz-utils rustc:rustc go:golang-go php:php-cli erlc:erlang-base elixirc:elixir cobc:gnucobol; do
        command=${entry%:*}
        command -v "$command" >/dev/null || echo "${entry##*:}"
    done
    /usr/bin/python3 -c 'import boto3' 2>/dev/null || echo python3-boto3
    /usr/bin/python3 -c 'import debugpy' 2>/dev/null || echo python3-debugpy
    python3 -m pip --version >/dev/null 2>&1 || echo python3-pip
    [ -e /usr/include/stdlib.h ] || echo libc6-dev
    if [ "${LAMINA_RIC_SCRIPTS:-}" = 1 ]; then
        for entry in autoconf:autoconf automake:automake libtoolize:libtool cmake:cmake; do
            command -v "${entry%:*}" >/dev/null || echo "${entry##*:}"
        done
    fi
    compgen -G '/usr/include/*/curl/curl.h' >/dev/null || echo libcurl4-openssl-dev
    [ -e /etc/ssl/certs/ca-certificates.crt ] || echo ca-certificates
}

install_missing() {
    local packages
    mapfile -t packages < <(missing_packages)
    [ ${#packages[@]} -gt 0 ] || return 0
    if [ "$(id -u)" -ne 0 ] || [ "${LAMINA_INSTALL:-1}" = 0 ] || ! command -v apt-get >/dev/null; then
        say "not installed, some tests will say so: ${packages[*]}; as root: apt-get install -y ${packages[*]}"
        return 0
    fi
    say "installing ${packages[*]}"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -q --no-install-recommends "${packages[@]}" >"$results/install.log" 2>&1 </dev/null && return 0
    { apt-get update -q && apt-get install -y -q --no-install-recommends "${packages[@]}"; } >"$results/install.log" 2>&1 </dev/null \
        || { say "could not install all of them:"; tail -5 "$results/install.log"; }
}

# One number of the report's first <assembly …>: attribute NAME FILE
attribute() { grep -o '<assembly [^>]*' "$2" | head -1 | grep -o " $1=\"[0-9]*\"" | tr -cd 0-9; }

failed_names() {
    sed 's/<test /\n<test /g' "$1" | sed -n 's/^<test [^>]* name="\([^"]*\)"[^>]* result="Fail".*/\1/p' \
        | sed 's/&quot;/"/g; s/&apos;/'"'"'/g; s/&lt;/</g; s/&gt;/>/g; s/&amp;/\&/g'
}

passed=0 failed=0 skipped=0
failures=()

broken() { # a project that could not be run is a failed test
    say "$1"
    failures+=("$1")
    failed=$((failed + 1))
}

child=
stop() {
    [ -z "$child" ] || kill -TERM "$child" 2>/dev/null
    exit 130
}
trap stop INT TERM

run_project() {
    local project=$1 program report=$results/$1.xml status errors
    shift
    if ! dotnet build "tests/$project" -c Release -v quiet -nologo --disable-build-servers </dev/null >"$results/build.log" 2>&1; then
        grep 'error' "$results/build.log" | sort -u
        broken "tests/$project does not build"
        return
    fi
    # shellcheck disable=SC2012 # names of our own, the newest first
    program=$(ls -t {tests/,}artifacts/bin/"$project".Tests/release/Lamina."$project".Tests 2>/dev/null | head -1)
    rm -f "$report"
    say "tests/$project"
    # Most of them wait, for servers, clients and compilers: one more at a time than there are processors (Assembly.cs says which run alone).
    [ "$project" != EndToEnd ] || set -- -maxThreads "$(($(nproc) + 1))" "$@"
    timeout -k 20 "$limit" "$program" -result-xml "$report" "${plain[@]}" "$@" </dev/null &
    child=$!
    wait "$child"
    status=$?
    child=
    if [ ! -s "$report" ]; then
        [ "$status" -eq 124 ] && broken "tests/$project took longer than $limit s and was stopped" \
            || broken "tests/$project ended without a report (exit status $status)"
        return
    fi
    errors=$(attribute errors "$report")
    passed=$((passed + $(attribute passed "$report")))
    skipped=$((skipped + $(attribute skipped "$report")))
    failed=$((failed + $(attribute failed "$report") + errors))
    mapfile -t -O ${#failures[@]} failures < <(failed_names "$report")
    [ "$errors" -eq 0 ] || failures+=("tests/$project: $errors errors outside a test")
    # A report that is all green from a runner that fails is not to be believed.
    if [ "$status" -ne 0 ] && [ "$(attribute failed "$report")" -eq 0 ] && [ "$errors" -eq 0 ]; then
        broken "tests/$project ended with exit status $status"
    fi
}

projects=(Tidy Rooms Sandbox EndToEnd)
options=()
selected=
while [ $# -gt 0 ]; do
    case $1 in
    --filter) options+=(-displayName "*${2:?--filter needs a text}*"); shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    Tidy | Rooms | EndToEnd) projects=("$1") ;;
    Sandbox) projects=(Sandbox); selected=Sandbox ;;
    *)
        [ -d "src/$1" ] || { echo "test.sh: '$1' is no project of tests/ and no room of src/" >&2; exit 2; }
        projects=(Rooms)
        selected=$1
        options+=(-namespace "Lamina.Rooms.Tests.$1*")
        ;;
    esac
    shift
done

mkdir -p "$results" || exit 1
install_missing
say "building"
./lamina --version >/dev/null || { echo "0 passed, 1 failed, 0 skipped"; exit 1; }
for project in "${projects[@]}"; do
    run_project "$project" ${options[@]+"${options[@]}"}
done
if [ "$selected" = Sandbox ] && [ -d tests/Rooms/Sandbox ]; then
    run_project Rooms -namespace "Lamina.Rooms.Tests.Sandbox*" ${options[@]+"${options[@]}"}
fi

if [ ${#failures[@]} -gt 0 ]; then
    say "failed (messages above):"
    printf '   %s\n' "${failures[@]}"
fi
[ $((passed + failed)) -gt 0 ] || say "no test ran"
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
