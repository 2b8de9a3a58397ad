#!/bin/sh
# Builds the Java runtime client into the given folder, where a JDK is there; without one it leaves the folder empty, and Java
# functions are refused with a word about it. Two jars: the client, and the interfaces of the programming model for functions
# that bring none. For each interpreter found, an archive of the client's classes as its memory holds them (class data
# sharing), which takes a third off the start of the JVM.
set -eu
out=$1
cd "$(dirname "$0")"
javac=${JAVA_HOME:+$JAVA_HOME/bin/}javac
command -v "$javac" >/dev/null 2>&1 || javac=javac
if ! command -v "$javac" >/dev/null 2>&1; then
    echo "no JDK is there: built without the Java runtime client (Debian: apt-get install default-jdk-headless)"
    rm -rf "$out"
    exit 0
fi
javac=$(readlink -f "$(command -v "$javac")")
jar=${javac%javac}jar
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out" "$work/api" "$work/client" "$work/task"
rm -f "$out"/*.jsa
compile() { # compile SOURCES CLASSES
    find "$1" -name '*.java' -exec "$javac" -nowarn -Xlint:-options --release 8 -encoding UTF-8 -d "$2" {} +
}
compile api "$work/api"
compile src "$work/client"
"$jar" --create --file "$out/lamina-api.jar" -C "$work/api" .
"$jar" --create --file "$out/lamina-runtime.jar" -C "$work/client" .

# An archive is good for the class path it was made with, by its text: in the sandbox that is ../runtime, seen from /var/task.
ln -s "$out" "$work/runtime"
for java in /usr/lib/jvm/*/bin/java /opt/*/bin/java; do
    [ -x "$java" ] && [ "$java" = "$(readlink -f "$java")" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\(.*\)"/\1/p' "${java%/bin/java}/release" 2>/dev/null)
    case $version in '' | 1.* | 9* | 10* | 11* | 12*) continue ;; esac
    (cd "$work/task" && "$java" -XX:+UseSerialGC -XX:ArchiveClassesAtExit="$work/runtime/client-$version.jsa" -Xlog:disable -Xlog:all=error:stderr \
        -cp ../runtime/lamina-runtime.jar lamina.runtime.Rehearsal) >/dev/null 2>&1 || echo "no class data archive for Java $version"
done
# The JVM makes archives read-only; the next build is to replace them, and their copies.
chmod -R u+w "$out"
touch "$out/built"
