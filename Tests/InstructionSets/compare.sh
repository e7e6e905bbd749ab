#!/usr/bin/env bash
# Compiles the kernels for AVX2, AVX-512 and, as Embedded Swift, for aarch64 with NEON, runs each (the last one under qemu) and
# compares digests of what they compute. Debian: apt-get install gcc-aarch64-linux-gnu qemu-user. Takes some minutes.
set -euo pipefail
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
toolchain=$(dirname "$(realpath "$(command -v swiftc)")")

# One module: the kernels import their interface in the product.
cp ../../Sources/KernelInterface/*.swift ../../Sources/KernelSource/*.swift KernelDigest.swift "$work"
sed -i '/^\(package \)\?import KernelInterface$/d' "$work"/*.swift
flags=(-enable-experimental-feature Embedded -parse-as-library -wmo -O -package-name kernels -swift-version 6 -suppress-warnings)

build() {
    local name=$1 target=$2
    shift 2
    swiftc -target "$target" "${flags[@]}" "$@" -I ../../Sources/CProcessor/include -c "$work"/*.swift -o "$work/$name.o"
}

build avx2 x86_64-unknown-linux-gnu -Xcc -march=x86-64-v3
cc main.c "$work/avx2.o" -o "$work/avx2" -lm
"$work/avx2" | tee "$work/avx2.txt" | sed 's/^/avx2   /'

if grep -q avx512dq /proc/cpuinfo; then
    build avx512 x86_64-unknown-linux-gnu -Xcc -march=x86-64-v4 -DAVX512
    cc main.c "$work/avx512.o" -o "$work/avx512" -lm
    "$work/avx512" | tee "$work/avx512.txt" | sed 's/^/avx512 /'
    cmp "$work/avx2.txt" "$work/avx512.txt"
fi

build neon aarch64-none-none-elf
"$toolchain/clang" --target=aarch64-linux-gnu --gcc-toolchain=/usr -fuse-ld=lld -static main.c "$work/neon.o" -o "$work/neon" -lm
qemu-aarch64 "$work/neon" | tee "$work/neon.txt" | sed 's/^/neon   /'
cmp "$work/avx2.txt" "$work/neon.txt"
echo "the same bits"
