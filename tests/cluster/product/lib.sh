# What the shell scripts here share. They set `here`.
cluster=$(cd "$here/.." && pwd)
source_folder=$(cd "$cluster/../.." && pwd)
system_namespace=weirkeeper-system

fail() { echo "product: $*" >&2; exit 1; }

# needs_cluster: takes KUBECONFIG from the environment, or the cluster of tests/cluster.
needs_cluster() {
  [[ -n ${KUBECONFIG:-} ]] || eval "$("$cluster/up")"
  PATH=$(dirname "$("$cluster/tool" kube)"):$PATH
}
