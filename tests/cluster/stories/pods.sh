# What an operator and its runners rely on: pods, their messages, logs, RBAC and the service address.

pods_story() {
  check "an image is built and given to the node" give_probe_image
  check "a namespace under restricted Pod Security is made" make_namespace
  restricted_pod report '["report", "/task/task.json"]' "$task_volume" | kube_apply
  check "a restricted pod runs to its end" pod_phase report Succeeded
  check "its termination message echoes the task that an annotation carried" equal 'done: {"stage": "accept"}' termination_message report
  check "its log is read" contains 'ran {"stage": "accept"}' kubectl --namespace story logs report
  check "a pod that is not restricted is refused" refuses kubectl --namespace story run loose --image localhost/weirkeeper/probe:test
  memory_story
  rbac_story
}

give_probe_image() {
  local context=$scratch/probe
  mkdir -p "$context"
  cp "$(tool_path probe)" "$context/probe"
  "$here/image" localhost/weirkeeper/probe:test "$context" "$here/probe/Containerfile"
}

make_namespace() {
  kubectl create namespace story &&
    kubectl label namespace story pod-security.kubernetes.io/enforce=restricted &&
    await 30 "the namespace's service account" kubectl --namespace story get serviceaccount default
}

memory_story() {
  restricted_pod hog '["hog"]' | kube_apply
  check "a pod that takes too much memory fails" pod_phase hog Failed
  check "as OOMKilled" equal OOMKilled terminated hog reason
  check "with exit code 137" equal 137 terminated hog exitCode
}

rbac_story() {
  kubectl --namespace story create serviceaccount operator >/dev/null
  kubectl --namespace story create role pods --verb list --resource pods >/dev/null
  kubectl --namespace story create rolebinding pods --role pods --serviceaccount story:operator >/dev/null
  check "a service account's token allows what its role says" contains PodList as_operator /api/v1/namespaces/story/pods
  check "and nothing else" refuses as_operator /api/v1/namespaces/story/secrets
  restricted_pod asker '["ask", "/api/v1/namespaces/story/pods"]' "  serviceAccountName: operator" | kube_apply
  check "a pod asks the API server at the service address" pod_phase asker Succeeded
  check "and is answered by its service account's right" contains "status 200" kubectl --namespace story logs asker
}

as_operator() {
  local token
  token=$(kubectl --namespace story create token operator)
  "$kube" kubectl --kubeconfig /dev/null --server "https://$node_address:$(cat "$state/ports")" \
    --certificate-authority "$state/pki/ca.crt" --token "$token" get --raw "$1"
}

# restricted_pod NAME ARGS [SPEC_LINE...]: a pod of the probe image that restricted Pod Security admits.
restricted_pod() {
  local name=$1 args=$2
  shift 2
  cat <<YAML
apiVersion: v1
kind: Pod
metadata: {name: $name, namespace: story, annotations: {weirkeeper.io/task: '{"stage": "accept"}'}}
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 2
  securityContext: {runAsNonRoot: true, runAsUser: 65532, fsGroup: 65532, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: main
    image: localhost/weirkeeper/probe:test
    imagePullPolicy: Never
    args: $args
    resources: {requests: {cpu: 10m, memory: 16Mi}, limits: {memory: 64Mi}}
    securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
YAML
  printf '%s\n' "$@"
}

# The last lines of a pod: in the first the container goes on, then the pod does.
task_volume='    volumeMounts: [{name: given, mountPath: /task}]
  volumes:
  - name: given
    downwardAPI: {items: [{path: task.json, fieldRef: {fieldPath: "metadata.annotations['"'weirkeeper.io/task'"']"}}]}'

kube_apply() { kubectl apply --filename - >/dev/null; }

pod_phase() { kubectl --namespace story wait --for=jsonpath="{.status.phase}=$2" "pod/$1" --timeout=60s; }

termination_message() { terminated "$1" message; }

terminated() { kubectl --namespace story get pod "$1" -o jsonpath="{.status.containerStatuses[0].state.terminated.$2}"; }
