# What failure tests do: kill components and go on.

failures_story() {
  restricted_pod survivor '["wait"]' | kube_apply
  check "a pod runs" pod_phase survivor Running
  local before
  before=$(pod_uid survivor)
  for component in etcd kube-apiserver kubelet containerd; do
    kill -KILL "$(cat "$state/pid/$component")"
    check "after SIGKILL of $component, up repairs the cluster" "$here/up"
  done
  check "the pod that ran is still the same" equal "$before" pod_uid survivor
  check "and runs" pod_phase survivor Running
  restricted_pod later '["report", "/task/task.json"]' "$task_volume" | kube_apply
  check "new pods run" pod_phase later Succeeded
}

pod_uid() { kubectl --namespace story get pod "$1" -o jsonpath='{.metadata.uid}'; }
