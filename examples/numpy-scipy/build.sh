#!/usr/bin/env bash
# Builds a NumPy + SciPy layer for python3.11 from Debian 12's packages, publishes it, and runs a function that solves a
# linear system with it.
#   build.sh              build, then publish and run with ./lamina (a server must be running: ./lamina up)
#   build.sh --aws        the same with the AWS CLI, at AWS_ENDPOINT_URL or http://127.0.0.1:4566
#   build.sh --build-only
# Works as an ordinary user: packages are downloaded and unpacked, not installed.
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
home=${here%/examples/*}
work=$home/artifacts/numpy-scipy
layer=$work/layer
archive=$work/numpy-scipy.zip
packages=(python3-numpy python3-scipy python3-decorator libblas3 liblapack3 liblbfgsb0 libgfortran5 libquadmath0)
readonly unzipped_limit=262144000 zipped_limit=52428800

say() { printf '%s\n' "$*" >&2; }
die() { say "build.sh: $*"; exit 1; }

download() {
    mkdir -p "$work/packages"
    cd "$work/packages"
    if ! apt-get download "${packages[@]}" >"$work/download.log" 2>&1; then
        [ "$(id -u)" -ne 0 ] || apt-get update >"$work/download.log" 2>&1
        apt-get download "${packages[@]}" >>"$work/download.log" 2>&1 \
            || die "the packages could not be downloaded (as root: apt-get update): $(tail -1 "$work/download.log")"
    fi
}

build() {
    local site=$layer/python/lib/python3.11/site-packages package library
    command -v zip >/dev/null || die "zip is not installed: apt-get install -y zip"
    download
    rm -rf "$layer" "$work/root" "$archive"
    mkdir -p "$site" "$layer/lib" "$work/root"
    for package in "$work"/packages/*.deb; do
        dpkg-deb -x "$package" "$work/root"
    done
    cp -a "$work/root/usr/lib/python3/dist-packages/." "$site/"
    # Shared libraries, wherever a package keeps them (BLAS and LAPACK sit in folders of their own).
    find "$work/root/usr/lib" -path '*/python3' -prune -o -name '*.so.*' -print0 | while IFS= read -r -d '' library; do
        cp -a "$library" "$layer/lib/"
    done
    # What no function needs: tests, sources, headers, type stubs, documentation.
    find "$site" -depth \( -type d \( -name tests -o -name testing -path '*/scipy/*' -o -name include -o -name doc -o -name '*.egg-info' -o -name __pycache__ \) \
        -o -type f \( -name '*.pyi' -o -name '*.h' -o -name '*.c' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.a' \) \) -exec rm -rf {} +
    chmod -R u+w,go+rX "$layer"
    (cd "$layer" && find . | LC_ALL=C sort | zip -q -X -y -9 "$archive" -@)

    local unzipped zipped
    unzipped=$(find "$layer" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
    zipped=$(stat -c %s "$archive")
    say "layer: $unzipped bytes unzipped (limit $unzipped_limit), $zipped zipped (limit $zipped_limit), $(find "$layer" -type f | wc -l) files"
    if [ "$unzipped" -gt "$unzipped_limit" ] || [ "$zipped" -gt "$zipped_limit" ]; then
        die "too large for Lambda"
    fi
}

run_with_lamina() {
    "$home/lamina" layer publish "$archive" --name numpy-scipy --runtimes python3.11 --license BSD-3-Clause
    "$home/lamina" function deploy "$here/function" solve --runtime python3.11 --handler app.handler \
        --layers numpy-scipy --memory 512 --timeout 30
    answer=$("$home/lamina" invoke solve --payload "@$here/system.json")
}

run_with_aws() {
    local arn aws="aws --endpoint-url ${AWS_ENDPOINT_URL:-http://127.0.0.1:4566}" # Debian 12's aws does not read the variable
    export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-000000000000} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-lamina}
    export AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1} AWS_PAGER=
    (cd "$here/function" && rm -f "$work/function.zip" && zip -q -X -r "$work/function.zip" .)
    arn=$($aws lambda publish-layer-version --layer-name numpy-scipy --compatible-runtimes python3.11 \
        --zip-file "fileb://$archive" --query LayerVersionArn --output text)
    say "$arn"
    $aws lambda delete-function --function-name solve >/dev/null 2>&1 || true
    $aws lambda create-function --function-name solve --runtime python3.11 --handler app.handler --memory-size 512 --timeout 30 \
        --role arn:aws:iam::000000000000:role/lambda --layers "$arn" --zip-file "fileb://$work/function.zip" >/dev/null
    $aws lambda wait function-active-v2 --function-name solve
    $aws lambda invoke --function-name solve --payload "fileb://$here/system.json" "$work/answer.json" >/dev/null
    answer=$(cat "$work/answer.json")
}

check() {
    printf '%s\n' "$answer"
    local spaceless=${answer//[[:space:]]/}
    case $spaceless in
    *'"x":[2.0,3.0,-1.0]'*'"agree":true'*'"from":"/opt"'*) say "right: 2, 3, -1, computed by the layer's NumPy" ;;
    *) die "the answer is wrong" ;;
    esac
}

client=${1:-}
case $client in
'' | --aws | --build-only) ;;
*) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
build
[ "$client" != --build-only ] || exit 0
if [ "$client" = --aws ]; then
    run_with_aws
else
    run_with_lamina
fi
check
