# The end of a cluster, and the record of which folder owns the machine's one full cluster.

owner_file=/run/weirkeeper/full-cluster

# claim_machine: a full cluster uses fixed addresses, so there is one at a time. A dead owner's remains are removed.
claim_machine() {
  local owner
  owner=$(cat "$owner_file" 2>/dev/null || true)
  if [[ -n $owner && $owner != "$state" ]]; then
    if (state=$owner && any_running); then fail "a full cluster runs already, in $owner: use it, or end it by WEIR_CLUSTER_DIR=$owner tests/cluster/down"; fi
    WEIR_CLUSTER_DIR=$owner "$here/down" 9>&-
  fi
  mkdir -p "$(dirname "$owner_file")"
  echo "$state" >"$owner_file"
}

owns_machine() { [[ $(cat "$owner_file" 2>/dev/null) == "$state" ]]; }

# end_cluster [--keep-logs]: also right after a crash, when part of it runs or nothing does.
end_cluster() {
  local name
  stop kube-proxy
  stop kubelet
  stop containerd
  stop_pods
  for name in "${components[@]}"; do stop "$name"; done
  stop_strays
  if owns_machine; then stop_network; rm -f "$owner_file"; fi
  remove_node
  remove_state "${1:-}"
}

# Only what a cluster makes, by name: the folder may be one that somebody keeps other things in. The lock
# file stays, since removing it would let two hold "the" lock.
remove_state() {
  local made=(pid pki kubeconfig etcd node ports flavour audit-policy.yaml)
  [[ ${1:-} == --keep-logs ]] || made+=(log)
  (cd "$state" && rm -rf "${made[@]}" build.?????? pause.??????)
}
