# The one bridge on which pods live. The machine is the bridge's first address; pods cannot leave the bridge.

node_name=weir-node
bridge=weir0
node_address=10.88.0.1
pod_range=10.88.0.0/24
service_range=10.96.0.0/16
kubernetes_service_address=10.96.0.1

start_network() {
  remember_forwarding
  ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
  ip address replace "$node_address/24" dev "$bridge"
  ip link set "$bridge" up
  # kube-proxy rewrites service addresses only after a route was found, so there must be one.
  ip route replace "$service_range" dev "$bridge"
  sysctl -qw net.ipv4.ip_forward=1
  fence_pods
  write_cni
}

remember_forwarding() { [[ -s $state/ip_forward ]] || cat /proc/sys/net/ipv4/ip_forward >"$state/ip_forward"; }

# What pods send stays between them and this machine, whatever routes the machine has.
fence_pods() {
  nft -f - <<NFT
table inet weirkeeper
delete table inet weirkeeper
table inet weirkeeper {
  chain forward {
    type filter hook forward priority filter; policy accept;
    iifname "$bridge" oifname != "$bridge" drop
    oifname "$bridge" iifname != "$bridge" drop
  }
}
NFT
}

write_cni() {
  mkdir -p "$state/node/cni"
  cat >"$state/node/cni/10-weirkeeper.conflist" <<JSON
{"cniVersion": "0.4.0", "name": "weirkeeper", "plugins": [
  {"type": "bridge", "bridge": "$bridge", "isGateway": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$state/node/addresses",
            "ranges": [[{"subnet": "$pod_range", "rangeStart": "10.88.0.10", "gateway": "$node_address"}]],
            "routes": [{"dst": "0.0.0.0/0"}]}}]}
JSON
}

# stop_network: what start_network and kube-proxy made. Pods' own interfaces end with their namespaces.
stop_network() {
  local table
  for table in "ip kube-proxy" "ip6 kube-proxy" "inet weirkeeper"; do nft delete table $table 2>/dev/null || true; done
  ip link delete "$bridge" 2>/dev/null || true
  if [[ -s $state/ip_forward ]]; then sysctl -qw "net.ipv4.ip_forward=$(cat "$state/ip_forward")"; rm "$state/ip_forward"; fi
  rm -f /var/lib/cni/results/weirkeeper-*
}
