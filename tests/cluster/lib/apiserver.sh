# etcd, the API server, and the two programs that only talk to it: controller manager and scheduler.

# kubectl as this cluster's administrator.
kubectl() { "$kube" kubectl --kubeconfig "$admin_kubeconfig" "$@"; }

api_ready() { kubectl get --raw /readyz; }

# start_etcd: a test's data need not survive the machine, so nothing waits for the disk.
start_etcd() {
  local client=http://127.0.0.1:$etcd_port peer=http://127.0.0.1:$etcd_peer_port
  started etcd || spawn etcd "$kube" etcd --name weir --data-dir "$state/etcd" --unsafe-no-fsync --log-level warn \
    --listen-client-urls "$client" --advertise-client-urls "$client" \
    --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" --initial-cluster "weir=$peer"
}

# start_apiserver ADDRESS [FLAG...]: listens on ADDRESS alone, so that nothing beyond this machine reaches it.
start_apiserver() {
  local address=$1 pki=$state/pki
  shift
  audit_policy >"$state/audit-policy.yaml"
  started kube-apiserver || spawn kube-apiserver "$kube" kube-apiserver \
    --etcd-servers "http://127.0.0.1:$etcd_port" --bind-address "$address" --advertise-address "$address" --secure-port "$api_port" \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" --client-ca-file "$pki/ca.crt" \
    --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction --allow-privileged \
    --service-account-issuer https://kubernetes.default.svc --service-cluster-ip-range "$service_range" \
    --service-account-key-file "$pki/service-accounts.pub" --service-account-signing-key-file "$pki/service-accounts.key" \
    --kubelet-client-certificate "$pki/apiserver-to-kubelet.crt" --kubelet-client-key "$pki/apiserver-to-kubelet.key" \
    --kubelet-certificate-authority "$pki/ca.crt" --kubelet-preferred-address-types InternalIP \
    --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names aggregator --requestheader-username-headers X-Remote-User \
    --requestheader-group-headers X-Remote-Group --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$pki/aggregator.crt" --proxy-client-key-file "$pki/aggregator.key" \
    --audit-policy-file "$state/audit-policy.yaml" --audit-log-path "$state/log/audit.log" --audit-log-maxsize 200 --audit-log-maxbackup 1 \
    --shutdown-delay-duration 0s "$@"
}

await_apiserver() {
  await 60 "the API server" api_ready || { tail_log etcd; tail_log kube-apiserver; exit 1; }
}

# Who wrote what, one JSON line each: tests count an operator's calls in it. The cluster's own traffic is left out.
audit_policy() {
  cat <<'YAML'
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- {level: None, userGroups: ["system:nodes", "system:serviceaccounts:kube-system"]}
- {level: None, users: ["system:apiserver", "system:kube-scheduler", "system:kube-controller-manager", "system:kube-proxy"]}
- {level: None, nonResourceURLs: ["/readyz*", "/livez*", "/healthz*", "/openapi*", "/api", "/api/*", "/apis", "/apis/*"]}
- {level: Metadata}
YAML
}

start_controllers() {
  local config=$state/kubeconfig/controllers
  started kube-controller-manager || spawn kube-controller-manager "$kube" kube-controller-manager \
    --kubeconfig "$config" --authentication-kubeconfig "$config" --authorization-kubeconfig "$config" \
    --bind-address 127.0.0.1 --secure-port "$controllers_port" --leader-elect=false --use-service-account-credentials \
    --pvclaimbinder-sync-period 1s --root-ca-file "$state/pki/ca.crt" --service-account-private-key-file "$state/pki/service-accounts.key"
}

# Until the default service account exists, the API server lets in no pod.
await_controllers() {
  await 60 "the default service account" kubectl --namespace default get serviceaccount default ||
    { tail_log kube-controller-manager; exit 1; }
}

start_scheduler() {
  local config=$state/kubeconfig/scheduler
  started kube-scheduler || spawn kube-scheduler "$kube" kube-scheduler \
    --kubeconfig "$config" --authentication-kubeconfig "$config" --authorization-kubeconfig "$config" \
    --bind-address 127.0.0.1 --secure-port "$scheduler_port" --leader-elect=false
}
