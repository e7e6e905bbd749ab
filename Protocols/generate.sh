#!/bin/bash
# Writes the Swift code of the messages, Sources/WireCodec/*.pb.swift, from the schema files beside this script.
#
# Needs protoc (Debian: protobuf-compiler) and protoc-gen-swift of the swift-protobuf version that the package uses,
# on the PATH or named by PROTOC_GEN_SWIFT. The generated code is committed: a build needs neither of them.
#
# With --check nothing is written; the exit code is 1 where the committed code is not what the schema gives.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
target="$here/../Sources/WireCodec"
plugin=${PROTOC_GEN_SWIFT:-$(command -v protoc-gen-swift || true)}

if ! command -v protoc > /dev/null; then
    echo "generate.sh: protoc is missing; install it with: apt-get install protobuf-compiler" >&2
    exit 2
fi
if [ -z "$plugin" ] || [ ! -x "$plugin" ]; then
    cat >&2 <<'HELP'
generate.sh: protoc-gen-swift is missing; build it once, then run this script again with PROTOC_GEN_SWIFT set to it:
    git clone --branch 1.39.0 --depth 1 https://github.com/apple/swift-protobuf
    cd swift-protobuf && swift build -c release --product protoc-gen-swift
    export PROTOC_GEN_SWIFT="$PWD/.build/release/protoc-gen-swift"
HELP
    exit 2
fi

output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT
protoc --plugin=protoc-gen-swift="$plugin" --proto_path="$here" --swift_out="$output" \
    --swift_opt=UseAccessLevelOnImports=true winnow.proto journal.proto

if [ "${1:-}" = "--check" ]; then
    for file in winnow.pb.swift journal.pb.swift; do
        diff -u "$target/$file" "$output/$file" > /dev/null || {
            echo "generate.sh: Sources/WireCodec/$file is not what Protocols/ gives; run Protocols/generate.sh" >&2
            exit 1
        }
    done
else
    cp "$output/winnow.pb.swift" "$output/journal.pb.swift" "$target/"
fi
