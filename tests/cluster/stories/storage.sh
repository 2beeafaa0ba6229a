# Lakes of both kinds: a claim that pods write, and an object store that pods and this machine reach.

storage_story() {
  check "a folder becomes a bound claim" "$here/volume" lake "$scratch/lake" story
  restricted_pod writer '["write", "/lake/file", "from a pod"]' "$lake_volume" | kube_apply
  check "a restricted pod writes to it" pod_phase writer Succeeded
  check "and this machine reads what it wrote" equal "from a pod" cat "$scratch/lake/file"
  check "an object store starts on the bridge" start_store
  restricted_pod fetcher "[\"fetch\", \"$store/health\"]" | kube_apply
  check "a pod reaches it" pod_phase fetcher Succeeded
  check "of 16 conditional writes of one key exactly one wins" "$here/stories/conditional_put.py" "$store"
}

lake_volume='    volumeMounts: [{name: lake, mountPath: /lake}]
  volumes: [{name: lake, persistentVolumeClaim: {claimName: lake}}]'

store=""
start_store() { store=$("$here/s3" "$scratch/buckets"); }
