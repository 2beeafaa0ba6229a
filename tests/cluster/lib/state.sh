# One cluster is one state folder. This file knows what lies in it, and which of its processes run.
#
#   pid/NAME    process id of component NAME, as `kill -9 $(cat pid/NAME)` wants it
#   log/        one file per component; log/pods holds the pods' own; audit.log is the API server's
#   pki/        certificates; kubeconfig/ holds one file per client
#   etcd/ node/ data of etcd; of containerd and kubelet

state=${WEIR_CLUSTER_DIR:-${XDG_STATE_HOME:-$HOME/.local/state}/weirkeeper/cluster}
[[ $state == /* ]] || state=$PWD/$state
cluster_id=$(sha256sum <<<"$state" | cut -c1-8)

# Sockets lie here, since a socket's path is limited to 107 bytes and the state folder's is not.
run=/run/weirkeeper/$cluster_id
cgroup=weirkeeper-$cluster_id

admin_kubeconfig=$state/kubeconfig/admin

# Everything that `up` starts, in the order in which `down` stops it.
components=(kube-proxy kubelet containerd kube-scheduler kube-controller-manager kube-apiserver etcd)

make_state() {
  mkdir -p "$state"/{pid,log,pki,kubeconfig}
  chmod 700 "$state/pki" "$state/kubeconfig"
}

# lock_state: waits for the end of another up or down of the same cluster. The file must not be named `.lock`: `weir` removes
# folders of TMPDIR whose name begins with weir- and whose `.lock` nobody holds, and between up and down nobody holds this one.
lock_state() {
  mkdir -p "$state"
  exec 9>"$state/.cluster-lock"
  flock -w 300 9 || fail "another up or down has held $state for 5 minutes"
}

# spawn NAME COMMAND...: runs the command by itself (it outlives this shell) and records its process id.
spawn() {
  local name=$1
  shift
  setsid "$@" >>"$state/log/$name.log" 2>&1 </dev/null 9>&- &
  local pid=$!
  start_time "$pid" >"$state/pid/.$name.start"
  echo "$pid" >"$state/pid/$name"
}

# start_time PID: with the process id it names one process for good; ids alone are used again.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }

# running NAME: is the recorded process alive (and not another one under its id, or a zombie)?
running() {
  local pid began
  pid=$(cat "$state/pid/$1" 2>/dev/null) || return 1
  began=$(cat "$state/pid/.$1.start" 2>/dev/null)
  [[ -n $began && $began == "$(start_time "$pid")" ]] || return 1
  ! grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null
}

gone() { ! running "$1"; }

any_running() {
  local name
  for name in "${components[@]}"; do running "$name" && return 0; done
  return 1
}

# stop NAME [SECONDS]: asks the process to end, and insists after SECONDS.
stop() {
  local name=$1 patience=${2:-10}
  if running "$name"; then
    kill -TERM "$(cat "$state/pid/$name")" 2>/dev/null || true
    await "$patience" "$name to stop" gone "$name" || kill -KILL "$(cat "$state/pid/$name")" 2>/dev/null || true
    await 10 "$name to die" gone "$name"
  fi
  rm -f "$state/pid/$name" "$state/pid/.$name.start"
}

# stop_strays: ends components whose process id is not recorded any more, because their record was removed. Each has paths
# of the state folder in its arguments.
stop_strays() {
  local pid
  for pid in $(strays); do kill -TERM "$pid" 2>/dev/null || true; done
  await 10 "processes without a record to stop" no_strays || for pid in $(strays); do kill -KILL "$pid" 2>/dev/null || true; done
}

strays() { pgrep --full -- "^[^ ]*/kube (etcd|kube-apiserver|kube-controller-manager|kube-scheduler|kubelet|kube-proxy) .*$state/(etcd|pki|kubeconfig|node)" || true; }

no_strays() { [[ -z $(strays) ]]; }

# started NAME: for `started etcd || spawn etcd ...`; a fresh start begins a fresh log.
started() {
  running "$1" && return 0
  if [[ -s $state/log/$1.log ]]; then mv "$state/log/$1.log" "$state/log/$1.log.old"; fi
  return 1
}

# tail_log NAME: what to show when NAME did not come up.
tail_log() { say "the last lines of $state/log/$1.log:"; tail -n 15 "$state/log/$1.log" >&2; }

# choose_ports: ten neighbouring ports that nobody listens on, kept for the cluster's life so that a
# restarted component is found where it was. They lie below the range of outgoing connections.
choose_ports() {
  [[ -s $state/ports ]] || first_free_block >"$state/ports"
  local first
  first=$(cat "$state/ports")
  api_port=$first etcd_port=$((first + 1)) etcd_peer_port=$((first + 2)) kubelet_port=$((first + 3))
  controllers_port=$((first + 4)) scheduler_port=$((first + 5)) proxy_health_port=$((first + 6)) proxy_metrics_port=$((first + 7))
}

first_free_block() {
  local try first
  for try in {0..99}; do
    first=$((20000 + (0x$cluster_id + try * 7) % 1000 * 10))
    ss -Hltn "( sport >= :$first and sport < :$((first + 10)) )" | grep . >/dev/null || { echo "$first"; return; }
  done
  fail "no ten free ports"
}
