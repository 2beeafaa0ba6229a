# The node: containerd, the kubelet and kube-proxy, on Debian's packages.

containerd_socket=$run/containerd.sock

start_containerd() {
  mkdir -p "$run" "$state/node/containerd"
  containerd_config >"$state/node/containerd.toml"
  started containerd || spawn containerd env PATH="$PATH:/usr/sbin:/sbin" containerd --config "$state/node/containerd.toml"
  await 30 containerd ctr_node version || { tail_log containerd; exit 1; }
}

# ctr_node ARGUMENT...: containerd's client, in the namespace in which the kubelet keeps pods.
ctr_node() { ctr --address "$containerd_socket" --namespace k8s.io "$@"; }

# restrict_oom_score_adj: without CAP_SYS_RESOURCE no sandbox would start otherwise.
# netns_mounts_under_state_dir: so that down finds every network namespace in a folder of ours.
containerd_config() {
  cat <<TOML
version = 2
root = "$state/node/containerd"
state = "$run/containerd"
disabled_plugins = ["io.containerd.snapshotter.v1.btrfs", "io.containerd.snapshotter.v1.zfs", "io.containerd.snapshotter.v1.aufs", "io.containerd.snapshotter.v1.devmapper"]
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$pause_image"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "$run/runc"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$(cni_programs)"
    conf_dir = "$state/node/cni"
TOML
}

cni_programs() {
  local folder
  for folder in /usr/lib/cni /opt/cni/bin; do [[ -x $folder/bridge ]] && { echo "$folder"; return; }; done
  fail "no CNI plugins; cmake/setup-cluster.sh installs them"
}

start_kubelet() {
  make_cgroup
  kubelet_config >"$state/node/kubelet.yaml"
  started kubelet || spawn kubelet "$kube" kubelet --config "$state/node/kubelet.yaml" --kubeconfig "$state/kubeconfig/kubelet" \
    --root-dir "$state/node/kubelet" --hostname-override "$node_name" --node-ip "$node_address"
}

# Eviction thresholds are low because a busy development machine is not what tests are about.
kubelet_config() {
  cat <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $node_address
port: $kubelet_port
healthzPort: 0
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $state/pki/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $state/pki/kubelet-server.crt
tlsPrivateKeyFile: $state/pki/kubelet-server.key
containerRuntimeEndpoint: unix://$containerd_socket
cgroupDriver: cgroupfs
cgroupRoot: /$cgroup
failCgroupV1: false
failSwapOn: false
makeIPTablesUtilChains: false
enforceNodeAllocatable: []
evictionHard: {memory.available: 50Mi, nodefs.available: 1%, imagefs.available: 1%, nodefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
podLogsDir: $state/log/pods
resolvConf: ""
clusterDNS: [10.96.0.10]
clusterDomain: cluster.local
registerNode: true
YAML
}

node_ready() { kubectl wait --for=condition=Ready "node/$node_name" --timeout=1s; }

start_proxy() {
  proxy_config >"$state/node/kube-proxy.yaml"
  kubectl get clusterrolebinding weirkeeper-test-proxy >/dev/null 2>&1 ||
    kubectl create clusterrolebinding weirkeeper-test-proxy --clusterrole system:node-proxier --user system:kube-proxy >/dev/null
  started kube-proxy || spawn kube-proxy env PATH="$PATH:/usr/sbin:/sbin" "$kube" kube-proxy --config "$state/node/kube-proxy.yaml"
}

await_node() {
  await 90 "the node" node_ready || { tail_log kubelet; exit 1; }
  await 30 "the kubernetes service" services_ready || { tail_log kube-proxy; exit 1; }
}

services_ready() { curl --silent --fail --cacert "$state/pki/ca.crt" "https://$kubernetes_service_address/readyz"; }

proxy_config() {
  cat <<YAML
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: nftables
hostnameOverride: $node_name
clusterCIDR: $pod_range
clientConnection: {kubeconfig: $state/kubeconfig/proxy}
healthzBindAddress: 127.0.0.1:$proxy_health_port
metricsBindAddress: 127.0.0.1:$proxy_metrics_port
conntrack: {maxPerCore: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
YAML
}

# make_cgroup: pods live below a control group of this cluster's own, so that down can end exactly them.
make_cgroup() {
  local folder
  for folder in $(cgroup_hierarchies); do
    mkdir -p "$folder/$cgroup"
    # A cpuset takes no process before it is told its processors.
    if [[ -e $folder/cpuset.mems && -e $folder/cgroup.clone_children ]]; then
      cat "$folder/cpuset.cpus" >"$folder/$cgroup/cpuset.cpus"
      cat "$folder/cpuset.mems" >"$folder/$cgroup/cpuset.mems"
    fi
  done
}

# One folder per controller (cgroup v1), one for all (v2), or both kinds.
cgroup_hierarchies() { awk '$3 ~ /^cgroup2?$/ {print $2}' /proc/mounts; }

# stop_pods: ends every process in our control group and the containerd shims that kept them.
stop_pods() {
  await 20 "the pods' processes to die" pods_dead
  local pid
  for pid in $(shims); do kill -KILL "$pid" 2>/dev/null || true; done
  await 10 "the containers' shims to die" no_shims
}

pods_dead() {
  local pids
  pids=$(pod_processes)
  [[ -z $pids ]] && return
  kill -KILL $pids 2>/dev/null
  return 1
}

pod_processes() {
  local folder
  for folder in $(cgroup_hierarchies); do
    [[ -d $folder/$cgroup ]] && find "$folder/$cgroup" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -u
}

# A shim names the containerd it belongs to in its arguments.
shims() {
  local folder
  for folder in /proc/[0-9]*; do
    if is_shim "$folder" 2>/dev/null; then basename "$folder"; fi
  done
}

is_shim() { tr '\0' ' ' <"$1/cmdline" | grep "^[^ ]*containerd-shim.* -address $containerd_socket " >/dev/null; }

no_shims() { [[ -z $(shims) ]]; }

# remove_node: mounts, control groups and folders that the node made outside and inside the state folder.
remove_node() {
  remove_sandbox_traces
  unmount_below "$run"
  unmount_below "$state"
  remove_cgroup
  find /var/log/containers -maxdepth 1 -type l -lname "$state/*" -delete 2>/dev/null || true
  rm -rf "$run"
  rmdir /run/weirkeeper 2>/dev/null || true
}

# Shims' sockets and the CNI library's notes lie in folders that every containerd of the machine shares.
remove_sandbox_traces() {
  local bundle
  for bundle in "$run"/containerd/io.containerd.runtime.v2.task/k8s.io/*; do
    [[ -e $bundle ]] || continue
    if [[ -s $bundle/address ]]; then rm -f "$(sed 's,^unix://,,' "$bundle/address")"; fi
    rm -f /var/lib/cni/results/*-"$(basename "$bundle")"-*
  done
}

unmount_below() {
  local mount
  awk -v below="$1/" 'index($5, below) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r mount; do
    umount --lazy "$(printf %b "$mount")" 2>/dev/null || true
  done
}

remove_cgroup() {
  local folder
  for folder in $(cgroup_hierarchies); do
    [[ -d $folder/$cgroup ]] && find "$folder/$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null
  done
  return 0
}
