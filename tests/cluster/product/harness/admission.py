"""A mutating webhook on this machine, as service meshes and policy engines of shared clusters have them: it puts into new pods of a
namespace what the namespace's label asks for. It can be away, as such webhooks are."""
import base64
import collections
import contextlib
import http.server
import json
import pathlib
import ssl
import subprocess
import tempfile
import threading

LABEL = "injector.test/inject"
IMAGE = "localhost/weirkeeper/probe:test"
MISSING_IMAGE = "localhost/weirkeeper/init-that-nobody-built:1"
GATE = "injector.test/wait-for-approval"
ASSIGNED_ID = 1000700000
CONFIGURATION = "weirkeeper-test-injector"
LISTEN = "127.0.0.1"  # the API server runs on this machine


def container(name, *arguments, **fields):
    """One that restricted Pod Security admits."""
    return {"name": name, "image": IMAGE, "imagePullPolicy": "IfNotPresent", "args": list(arguments),
            "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "100m", "memory": "32Mi"}},
            "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}, **fields}


def add(path, value):
    return {"op": "add", "path": path, "value": value}


def first_init(pod, one):
    """Before our own, of which there may be none."""
    return [add("/spec/initContainers/0", one)] if pod["spec"].get("initContainers") else [add("/spec/initContainers", [one])]


def assigned_ids(pod):
    """What OpenShift does: IDs of the namespace's range where the pod names none."""
    changes = []
    for field in ("runAsUser", "fsGroup"):
        if field not in pod["spec"]["securityContext"]:
            changes.append(add(f"/spec/securityContext/{field}", ASSIGNED_ID))
    return changes


# Value of the label -> JSON patch of a pod. A kubelet sorts container statuses by name, so place and name both matter.
INJECTIONS = {
    "endless": lambda pod: [add("/spec/containers/-", container("istio-proxy", "wait"))],
    "endless-first": lambda pod: [add("/spec/containers/0", container("aaa-proxy", "wait"))],
    "ends-first": lambda pod: [add("/spec/containers/0", container("aaa-agent", "write", "/dev/termination-log", "the agent is done"))],
    "fails-last": lambda pod: [add("/spec/containers/-", container("zzz-agent", "fetch", "http://127.0.0.1:1/"))],
    "native": lambda pod: first_init(pod, container("mesh-proxy", "wait", restartPolicy="Always")),
    "missing-image": lambda pod: first_init(pod, container("mesh-init", "wait", image=MISSING_IMAGE)),
    "gate": lambda pod: [add("/spec/schedulingGates", [{"name": GATE}])],
    "assign-ids": assigned_ids,
}


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True


class Answers(http.server.BaseHTTPRequestHandler):
    """One AdmissionReview in, one out. The path's last part is the kind of injection. HTTP/1.0, so that no connection outlives the
    server: the API server would go on using it."""

    def do_POST(self):
        review = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind = self.path.split("?")[0].rsplit("/", 1)[-1]
        self.server.seen[kind] += 1
        patch = json.dumps(INJECTIONS[kind](review["request"]["object"]))
        response = {"uid": review["request"]["uid"], "allowed": True, "patchType": "JSONPatch", "patch": base64.b64encode(patch.encode()).decode()}
        body = json.dumps({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Injector:
    """Registered for pods of namespaces that carry the label, failurePolicy Fail. One thread of this process."""

    def __init__(self, rig):
        self.rig = rig
        self.folder = tempfile.TemporaryDirectory(prefix="injector-")
        self.certificate, self.key = (pathlib.Path(self.folder.name) / name for name in ("tls.crt", "tls.key"))
        self.server, self.port = None, 0
        self.seen = collections.Counter()  # pods of each kind

    def __enter__(self):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=injector",
                        "-addext", f"subjectAltName=IP:{LISTEN}", "-keyout", self.key, "-out", self.certificate], check=True, capture_output=True)
        self.listen()
        self.rig.kubectl("apply", "-f", "-", text=json.dumps(self.configuration()))
        return self

    def __exit__(self, *_):
        self.rig.kubectl("delete", "mutatingwebhookconfiguration", CONFIGURATION, "--ignore-not-found", check=False)
        self.close()
        self.folder.cleanup()

    def listen(self):
        """At the same port when it comes back."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        self.server = Server((LISTEN, self.port), Answers)
        self.server.seen = self.seen
        self.port = self.server.server_address[1]
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    @contextlib.contextmanager
    def away(self):
        """Nobody listens, as when the webhook's own pods are not there."""
        self.close()
        try:
            yield
        finally:
            self.listen()

    def configuration(self):
        authority = base64.b64encode(self.certificate.read_bytes()).decode()
        webhooks = [{
            "name": f"{kind}.injector.test", "admissionReviewVersions": ["v1"], "sideEffects": "None", "failurePolicy": "Fail", "timeoutSeconds": 5,
            "clientConfig": {"url": f"https://{LISTEN}:{self.port}/{kind}", "caBundle": authority},
            "namespaceSelector": {"matchLabels": {LABEL: kind}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}]} for kind in INJECTIONS]
        return {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration", "metadata": {"name": CONFIGURATION}, "webhooks": webhooks}


def inject(rig, namespace, kind):
    """What the webhook does with new pods of the namespace from now on; None: nothing."""
    rig.kubectl("label", "--overwrite", "namespace", namespace, f"{LABEL}={kind}" if kind else f"{LABEL}-")
