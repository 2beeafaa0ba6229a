# How every script here speaks and waits.

say() { echo "cluster: $*" >&2; }

fail() { say "$*"; exit 1; }

# await SECONDS WHAT COMMAND...: polls until the command succeeds; past the deadline it fails and names WHAT.
await() {
  local limit=$1 what=$2 deadline=$((SECONDS + $1))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= deadline)); then say "gave up waiting $limit s for $what"; return 1; fi
    sleep 0.1
  done
}
