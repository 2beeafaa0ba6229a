# The object store that tests use, one process per served folder. Stores have a state folder of their own inside
# the cluster's, laid out the same, since they live on while a cluster is started, repaired or started afresh.

s3_access=weirkeeper-test
s3_secret=weirkeeper-test-secret

s3_named() {
  s3_folder=$(realpath -m "$1")
  s3_name=s3-$(sha256sum <<<"$s3_folder" | cut -c1-8)
}

# with_stores COMMAND...: runs it with the stores' folder as the state folder.
with_stores() {
  local state=$state/stores
  "$@"
}

stop_stores() {
  local name
  for name in "$state"/pid/s3-*; do
    if [[ -e $name ]]; then stop "$(basename "$name")"; fi
  done
  rm -rf "$state"
}

# start_s3 HOST: at a port that stays the same over restarts.
start_s3() {
  local gateway address record=$state/$s3_name.address
  gateway=$(tool_path versitygw)
  make_state
  mkdir -p "$s3_folder"
  [[ -s $record ]] || echo "$1:$(first_free_port)" >"$record"
  address=$(cat "$record")
  started "$s3_name" || spawn "$s3_name" env ROOT_ACCESS_KEY="$s3_access" ROOT_SECRET_KEY="$s3_secret" \
    "$gateway" --port "$address" --region us-east-1 --health /health posix "$s3_folder"
  await 20 "the object store" curl --silent --fail "http://$address/health" || { tail_log "$s3_name"; exit 1; }
  echo "http://$address"
}

s3_host() { if running containerd; then echo "$node_address"; else echo 127.0.0.1; fi; }

# Below the ports that clusters choose, the node ports and outgoing connections.
first_free_port() {
  local port
  for port in $(shuf -i 15000-19999 -n 50); do
    ss -Hltn "sport = :$port" | grep . >/dev/null || { echo "$port"; return; }
  done
  fail "no free port"
}
