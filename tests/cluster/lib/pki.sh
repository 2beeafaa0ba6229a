# One certificate authority per cluster, and a certificate or token key for each component.

# make_pki ADDRESS...: every certificate; the API server's and the kubelet's are valid for the addresses.
make_pki() {
  local pki=$state/pki sans=DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:$node_name address
  for address in "$@"; do sans+=,IP:$address; done
  [[ -s $pki/done ]] && return
  make_authority
  make_key "$pki/service-accounts.key"
  openssl ec -in "$pki/service-accounts.key" -pubout -out "$pki/service-accounts.pub" 2>/dev/null
  issue apiserver kube-apiserver "" "$sans"
  issue kubelet-server "system:node:$node_name" "" "$sans"
  issue apiserver-to-kubelet kube-apiserver system:masters
  issue aggregator aggregator
  issue admin admin system:masters
  issue controllers system:kube-controller-manager
  issue scheduler system:kube-scheduler
  issue kubelet "system:node:$node_name" system:nodes
  issue proxy system:kube-proxy
  echo made >"$pki/done"
}

make_key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }

make_authority() {
  make_key "$state/pki/ca.key"
  openssl req -x509 -new -key "$state/pki/ca.key" -subj /CN=weirkeeper-test-cluster -days 30 -out "$state/pki/ca.crt"
}

# issue FILE USER [GROUP] [SANS]: pki/FILE.crt and .key, as a client and (with SANS) a server.
issue() {
  local file=$state/pki/$1 subject=/CN=$2 sans=${4:-}
  [[ -z ${3:-} ]] || subject=/O=$3$subject
  make_key "$file.key"
  openssl req -new -key "$file.key" -subj "$subject" -out "$file.csr"
  openssl x509 -req -in "$file.csr" -CA "$state/pki/ca.crt" -CAkey "$state/pki/ca.key" -CAcreateserial \
    -days 30 -out "$file.crt" -extfile <(extensions "$sans") 2>/dev/null
  rm "$file.csr"
}

extensions() {
  echo "keyUsage=critical,digitalSignature"
  echo "extendedKeyUsage=clientAuth,serverAuth"
  [[ -z $1 ]] || echo "subjectAltName=$1"
}

# make_kubeconfigs SERVER_URL: kubeconfig/NAME for each client, with everything inside so that it may be copied.
make_kubeconfigs() {
  local name
  for name in admin controllers scheduler kubelet proxy; do kubeconfig "$1" "$name" >"$state/kubeconfig/$name"; done
}

kubeconfig() {
  local server=$1 name=$2
  cat <<YAML
apiVersion: v1
kind: Config
current-context: weirkeeper-test
contexts: [{name: weirkeeper-test, context: {cluster: weirkeeper-test, user: $name}}]
clusters:
- name: weirkeeper-test
  cluster: {server: "$server", certificate-authority-data: $(base64 -w0 "$state/pki/ca.crt")}
users:
- name: $name
  user: {client-certificate-data: $(base64 -w0 "$state/pki/$name.crt"), client-key-data: $(base64 -w0 "$state/pki/$name.key")}
YAML
}
