# How clusters end: in order or by a crash, nothing of theirs is left.

endings_story() {
  plane_story
  crash_story
  check "down ends the full cluster" "$here/down"
  check "no process of it is left" nothing_runs
  check "an image becomes an archive for other clusters, without one here" archive_alone
  check "no bridge, rule, mount or control group of it is left" nothing_made
}

archive_alone() {
  local context=$scratch/context
  mkdir -p "$context"
  echo hello >"$context/hello"
  printf 'FROM scratch\nCOPY hello /\n' >"$context/Containerfile"
  "$here/image" --archive "$scratch/hello.tar" weirkeeper/hello:1 "$context" "$context/Containerfile" && contains manifest.json tar --list --file "$scratch/hello.tar"
}

# A control plane alone, beside the full cluster, in a state folder of its own.
plane_story() {
  local -x WEIR_CLUSTER_DIR=$scratch/weir-plane
  check "a control plane alone comes up beside it" "$here/up" --control-plane-only --controllers
  check "and answers" contains ok "$kube" kubectl --kubeconfig "$scratch/weir-plane/kubeconfig/admin" get --raw /readyz
  check "and takes the pod that no kubelet will run" unscheduled_pod
  check "and stays when weir removes its own abandoned folders" stays_beside_weir
  check "and goes down" "$here/down"
  check "leaving no process" refuses pgrep --full --list-full "$scratch/weir-plane"
  check "it comes up again" "$here/up" --control-plane-only
  rm -rf "$scratch/weir-plane"
  check "and goes down when its folder was removed" "$here/down"
  check "leaving no process either" refuses pgrep --full --list-full "$scratch/weir-plane"
}

# The first command that needs a folder in TMPDIR removes there what killed commands left. The plane's folder has the name that
# the product's tests give it.
stays_beside_weir() {
  local weir=${WEIR_BIN:-$here/../../build/release/bin}/weir
  [[ -x $weir ]] || { echo "weir is not built: cmake --preset release && ninja -C build/release weir, or set WEIR_BIN"; return 1; }
  mkdir -p "$scratch/weir-scratch-abandoned" "$scratch/manifests"
  touch "$scratch/weir-scratch-abandoned/.weir-scratch-lock"
  printf 'id\n1\n' >"$scratch/manifests/numbers.csv"
  (cd "$scratch/manifests" && TMPDIR=$scratch "$weir" init numbers.csv) &&
    [[ ! -e $scratch/weir-scratch-abandoned && -s $scratch/weir-plane/pid/kube-apiserver && -e $scratch/weir-plane/log/audit.log ]]
}

unscheduled_pod() { restricted_pod alone '["wait"]' | sed 's/namespace: story/namespace: default/' | "$kube" kubectl --kubeconfig "$scratch/weir-plane/kubeconfig/admin" apply --filename -; }

# Everything is killed at once, pods run on without a node; the next up starts afresh.
crash_story() {
  local name
  for name in "${components[@]}"; do kill -KILL "$(cat "$state/pid/$name")"; done
  for name in "${components[@]}"; do await 10 "$name to die" gone "$name"; done
  check "after SIGKILL of everything the next up starts afresh" "$here/up"
  check "with nothing of the old one" refuses kubectl get namespace story
  check "and it takes images" give_probe_image
  check "and namespaces" make_namespace
  restricted_pod last '["wait"]' | kube_apply
  check "and runs pods, one of which is left running" pod_phase last Running
}

nothing_runs() { ! pgrep --full --list-full "$state|$run"; }

nothing_made() {
  local left
  left=$(comm -13 "$scratch/before" <(shared_folders)); [[ -z $left ]] || { echo "$left"; return 1; }
  ! ip link show "$bridge" && ! nft list tables | grep -E 'kube-proxy|weirkeeper' &&
    ! grep -F -e "$state/" -e "$run/" /proc/self/mountinfo && ! ls -d /sys/fs/cgroup/*/"$cgroup" && [[ ! -e $run ]]
}

# Where containers leave things that are not below folders of ours.
shared_folders() { find /run/containerd /var/lib/cni /var/log/containers /run/netns -mindepth 1 ! -type d 2>/dev/null | sort; }
