# Counting what holds. Each check is a sentence and a command that succeeds when the sentence is true.

passed=0 failed=0
last_output=$(mktemp)
trap 'rm -f "$last_output"' EXIT

check() {
  local sentence=$1
  shift
  if "$@" >"$last_output" 2>&1; then
    passed=$((passed + 1))
    echo "ok      $sentence"
  else
    failed=$((failed + 1))
    echo "FAILED  $sentence"
    tail -n 20 "$last_output" | sed 's/^/        /'
  fi
}

# equal WANTED COMMAND...: the command prints exactly that.
equal() {
  local wanted=$1 got
  shift
  got=$("$@") || { echo "failed: $*"; return 1; }
  [[ $got == "$wanted" ]] || { echo "wanted: $wanted"; echo "got:    $got"; return 1; }
}

# contains WANTED COMMAND...: the command prints that somewhere.
contains() {
  local wanted=$1 got
  shift
  got=$("$@") || { echo "failed: $*"; echo "$got"; return 1; }
  [[ $got == *"$wanted"* ]] || { echo "wanted: $wanted"; echo "got:    $got"; return 1; }
}

refuses() { ! "$@"; }

conclude() {
  echo "$passed passed, $failed failed"
  ((failed == 0))
}
