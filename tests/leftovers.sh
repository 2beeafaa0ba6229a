# What a run of tests leaves behind, and its end. Sourced by a script that runs tests; it then calls end_run however it ends.
#
# Every process of the run carries WEIR_TEST_RUN in its environment, whoever started it and whatever became of its parent, and
# all temporary folders of the run lie in one. So all of it is found, also after Ctrl-C.

TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/weir-tests.XXXXXX")
chmod 755 "$TMPDIR"  # pods, who are another user, get folders below it
WEIR_TEST_RUN=$TMPDIR
export TMPDIR WEIR_TEST_RUN
patience=30  # seconds that interrupted stories get to end what they started; the shared cluster is gone before
trap 'exit 130' INT TERM HUP
trap end_run EXIT

# left_running: process ids of the run. This shell, which was there before the variable, is none of them.
left_running() (
  unset WEIR_TEST_RUN
  grep --files-with-matches --null-data --line-regexp --no-messages "WEIR_TEST_RUN=$TMPDIR" /proc/[0-9]*/environ | cut -d/ -f3
)

# nothing_is_left [SECONDS]: waits so long for the run's processes to end, and says which did not.
nothing_is_left() {
  local deadline=$((SECONDS + ${1:-10})) left
  while left=$(left_running); [ -n "$left" ]; do
    if ((SECONDS >= deadline)); then ps -o pid,ppid,etimes,args -p "$(echo $left | tr ' ' ,)"; return 1; fi
    sleep 0.1
  done
}

# end_clusters FOLDER...: ends those of the clusters with a state folder here that this run started.
end_clusters() {
  local folder
  for folder in "$@"; do
    if grep --quiet --line-regexp --fixed-strings --no-messages --file <(left_running) "$folder"/pid/*; then WEIR_CLUSTER_DIR=$folder tests/cluster/down; fi
  done
}

# end_run: ends background jobs at once (each a process group, by `set -m`), waits for stories to end theirs, and then ends the rest.
end_run() {
  trap '' INT TERM HUP
  local pid default=${XDG_STATE_HOME:-$HOME/.local/state}/weirkeeper/cluster
  for pid in $(jobs -p); do kill -TERM -- "-$pid" 2>/dev/null; done
  end_clusters "$TMPDIR/plane" "$PWD/build/release/full-cluster"
  if ! nothing_is_left "$patience" >/dev/null; then
    end_clusters "$TMPDIR"/*/ "$TMPDIR"/*/*/ "$default"
    left_running | xargs -r kill -TERM 2>/dev/null
    # More than once: what dies last may have started another.
    local try
    for try in {1..5}; do nothing_is_left 1 >/dev/null && break; left_running | xargs -r kill -KILL 2>/dev/null; done
  fi
  rm -rf "$TMPDIR"
}
