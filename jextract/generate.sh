#!/usr/bin/env bash
# Makes the bindings to oneDNN in src/main/java/io/github/octconv4j/dnn/gen, or the list of symbols they are limited to.
set -euo pipefail

usage() {
  cat <<'EOF'
usage: generate.sh [--list-symbols] [HEADERS]

  HEADERS          folder that holds oneapi/dnnl/dnnl.h; without it, the pinned Maven artifact is fetched with mvn
  --list-symbols   print a new symbols.txt instead of making the bindings

environment: JEXTRACT   the jextract launcher (default: jextract on the path)
EOF
}

readonly package=io.github.octconv4j.dnn.gen
readonly artifact=org.bytedeco:dnnl:3.13-1.5.14:jar:linux-x86_64
readonly artifact_sha256=9c9a46215ec11c7ceb442714083615c74104f4ad7181ff910bf5fa95999070f4
readonly maven_plugin=org.apache.maven.plugins:maven-dependency-plugin:3.9.0

# One order and one set of messages, whatever the machine's language.
export LC_ALL=C

list_symbols=false
headers=
while (($#)); do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --list-symbols) list_symbols=true ;;
    -*) usage >&2; exit 2 ;;
    *) [[ -z $headers ]] || { usage >&2; exit 2; }
       headers=$1 ;;
  esac
  shift
done

fail() {
  echo "generate.sh: $*" >&2
  exit 1
}

jextract=${JEXTRACT:-jextract}
jextract=$(command -v -- "$jextract") || fail "no jextract: set JEXTRACT to its launcher (see jextract/README.md)"
jextract=$(realpath -- "$jextract")
[[ -z $headers ]] || headers=$(realpath -- "$headers")

cd -- "$(dirname -- "${BASH_SOURCE[0]}")"
work=$(mktemp -d)
trap 'rm -rf -- "$work"' EXIT

if [[ -z $headers ]]; then
  mvn --quiet --batch-mode "$maven_plugin:copy" -Dartifact="$artifact" -DoutputDirectory="$work" -Dmdep.stripVersion=true >&2
  jar=$work/dnnl-linux-x86_64.jar
  echo "$artifact_sha256  $jar" | sha256sum --check --quiet >&2 || fail "$artifact is not the file that was pinned"
  unzip -q "$jar" 'org/bytedeco/dnnl/linux-x86_64/include/*' -d "$work"
  headers=$work/org/bytedeco/dnnl/linux-x86_64/include
fi
[[ -f $headers/oneapi/dnnl/dnnl.h ]] || fail "no oneapi/dnnl/dnnl.h in $headers"

# Everything of these headers but what convolution networks do not use: training, recurrent networks, normalisation layers
# (folded into convolutions), sparse and scalar memory, GPU caches.
if "$list_symbols"; then
  "$jextract" -I "$headers" --dump-includes "$work/dump" octconv4j.h 2>"$work/messages" || { cat "$work/messages" >&2; exit 1; }
  sed -nE 's/^(--include-[a-z]+) +([A-Za-z_0-9]+) +#.*$/\1 \2/p' "$work/dump" | sort -u >"$work/all"
  echo "# Made by generate.sh --list-symbols from the headers of $artifact."
  echo
  grep -E '^--include-function omp_(set_num|get_max)_threads$' "$work/all"
  grep -E '^--include-function dnnl_[a-z_]+2str$' "$work/all"
  grep -E '^--include-function dnnl_' "$work/all" |
    grep -vE '2str$|_backward_|_(vanilla_rnn|lstm|gru|augru)_|_normalization_|_(lrn|shuffle|prelu)_forward|gemm|_rnn_' |
    grep -vE '_(csr|coo|packed)_encoding$|_host_scalar|_map_data|_unmap_data|_cache_blob|_dropout|_rounding|_precomputed_'
  echo
  grep -E '^--include-struct dnnl_(version_t|exec_arg_t)$' "$work/all"
  grep -E '^--include-typedef dnnl_dim_t$' "$work/all"
  echo
  grep -E '^--include-constant DNNL_(ARG|VERSION|JIT_PROFILE)_[A-Z0-9_]+$' "$work/all"
  grep -E '^--include-constant DNNL_(MAX_NDIMS|MEMORY_NONE|MEMORY_ALLOCATE)$' "$work/all"
  grep -E '^--include-constant DNNL_RUNTIME_([A-Z0-9]+_VAL|NONE|SEQ|OMP|TBB|THREADPOOL|OCL|SYCL|DPCPP|ZE)$' "$work/all"
  echo
  grep -E '^--include-constant dnnl_' "$work/all"
  exit 0
fi

# No --library: its path is known at run time alone. Without it jextract looks symbols up in the libraries of the class
# loader, which can't load a library that another class loader has; below, dnn.loader takes that place.
mkdir "$work/java"
"$jextract" --target-package "$package" --header-class-name dnnl_h --output "$work/java" -I "$headers" @symbols.txt octconv4j.h

gen=$work/java/${package//.//}
lookup='io.github.octconv4j.dnn.loader.NativeLibrary::find'
for file in "$gen"/*.java; do
  # C_LONG is unused (checked below), and its cast would throw on Windows. A target layout of pointers, which nobody reads
  # through, would need native access where a class is initialised, and its error would be no plain one.
  sed -E -i \
    -e '/^ *public static final ValueLayout\.Of(Long|Int) C_LONG = .*;$/d' \
    -e 's/^((public )?class )/@SuppressWarnings("restricted")\n\1/' \
    -e '/SYMBOL_LOOKUP = SymbolLookup\.loaderLookup\(\)$/ { N; s/= .*/= '"$lookup"';/ }' \
    -e '/ C_POINTER = \(\(AddressLayout\) .*\)$/ { N; s/= \((.*)\)\n.*$/= \1;/ }' \
    -e 's/[ \t\r]+$//' \
    "$file"
  # Blank lines at the end: on their own, as this joins lines.
  sed -i -e ':end' -e '/^\n*$/{' -e '$d' -e 'N' -e 'b end' -e '}' "$file"
  if grep -nwE 'C_LONG|C_LONG_DOUBLE' "$file"; then fail "a type whose size depends on the platform, see above"; fi
  if grep -nF 'loaderLookup' "$file"; then fail "symbols of the class loader, see above"; fi
  grep -q '^@SuppressWarnings' "$file" || fail "no @SuppressWarnings in $file"
  if grep -nF -e "$headers" -e "$work" -e "$PWD" "$file"; then fail "a path of this machine, see above"; fi
done

python3 share_calls.py "$gen"/dnnl_h*.java

[[ $(cat "$gen"/*.java | grep -cF "$lookup") == 1 ]] || fail "expected one SYMBOL_LOOKUP"

# jextract passes over names that the headers do not have.
sed -nE 's/^--include-(function|constant|typedef|struct) ([A-Za-z_0-9]+)$/\2/p' symbols.txt | sort >"$work/wanted"
grep -hoE '^ +public static (final )?[A-Za-z]+ [A-Za-z_0-9]+(\(| =)|^public class [A-Za-z_0-9]+' "$gen"/*.java |
  sed -E 's/(\(| =)$//; s/.* //' | sort -u >"$work/made"
missing=$(comm -23 "$work/wanted" "$work/made")
[[ -z $missing ]] || fail "in symbols.txt but not in the headers: $missing"

cat >"$gen/package-info.java" <<EOF
/**
 * Bindings to oneDNN's C interface, generated by jextract: see jextract/generate.sh. Never edited by hand, and used by
 * the package {@code dnn} alone.
 */
package $package;
EOF

target=../src/main/java/${package//.//}
rm -rf -- "$target"
mkdir -p -- "$(dirname -- "$target")"
cp -R -- "$gen" "$target"
