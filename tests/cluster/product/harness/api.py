"""The API server as tests use it: JSON over HTTPS, with the credentials of a kubeconfig."""
import base64
import http.client
import json
import socket
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

GROUP = "weirkeeper.io/v1alpha1"
KINDS = {"Lake": "lakes", "Dataset": "datasets", "View": "views", "Pipeline": "pipelines", "PipelineRun": "pipelineruns"}
MERGE = "application/merge-patch+json"


class ApiError(Exception):
    def __init__(self, status, body):
        self.status = status
        self.body = body
        super().__init__(f"{status}: {body.get('message', body) if isinstance(body, dict) else body}")


def path(plural, namespace="", name="", sub=""):
    """The URL path of a resource: pods and their like in the core group, apps and events by name, the rest ours."""
    group = {"pods": "/api/v1", "namespaces": "/api/v1", "secrets": "/api/v1", "serviceaccounts": "/api/v1", "services": "/api/v1", "configmaps": "/api/v1",
             "controllerrevisions": "/apis/apps/v1", "deployments": "/apis/apps/v1", "events": "/apis/events.k8s.io/v1",
             "leases": "/apis/coordination.k8s.io/v1"}.get(plural, f"/apis/{GROUP}")
    parts = [group]
    if namespace:
        parts += ["namespaces", namespace]
    parts += [part for part in (plural, name, sub) if part]
    return "/".join(parts)


class Api:
    """Safe from any thread: each has its own connection."""

    def __init__(self, kubectl, kubeconfig):
        text = subprocess.run([*kubectl, "--kubeconfig", str(kubeconfig), "config", "view", "--raw", "-o", "json"],
                              check=True, capture_output=True, text=True, timeout=30).stdout
        config = json.loads(text)
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        server = urllib.parse.urlsplit(cluster["server"])
        self.host, self.port = server.hostname, server.port
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        self.context = ssl.create_default_context(cadata=authority)
        with tempfile.NamedTemporaryFile("w") as both:
            both.write(base64.b64decode(user["client-certificate-data"]).decode() + base64.b64decode(user["client-key-data"]).decode())
            both.flush()
            self.context.load_cert_chain(both.name)
        self.local = threading.local()
        self.watches = set()

    def connect(self, timeout):
        return http.client.HTTPSConnection(self.host, self.port, timeout=timeout, context=self.context)

    def call(self, method, url, body=None, content_type="application/json"):
        """429 is answered by patience: the API server says it while the storage of a fresh definition starts."""
        text = None if body is None else json.dumps(body)
        for _ in range(50):
            try:
                return self.send(method, url, text, content_type)
            except ApiError as error:
                if error.status != 429:
                    raise
                time.sleep(0.2)
        raise TimeoutError(f"{method} {url}: 429 for 10 seconds")

    def send(self, method, url, text, content_type):
        for attempt in (1, 2):
            connection = getattr(self.local, "connection", None) or self.connect(30)
            self.local.connection = connection
            try:
                connection.request(method, url, text, {"content-type": content_type, "accept": "application/json"})
                return self.read(connection.getresponse())
            except (http.client.HTTPException, OSError):
                connection.close()
                self.local.connection = None
                if attempt == 2 or method == "POST":
                    raise

    @staticmethod
    def read(answer):
        raw = answer.read()
        try:
            body = json.loads(raw)
        except ValueError:
            body = raw.decode(errors="replace")
        if answer.status >= 400:
            raise ApiError(answer.status, body)
        return body

    def get(self, plural, namespace, name):
        return self.call("GET", path(plural, namespace, name))

    def find(self, plural, namespace, name):
        """None when there is none."""
        try:
            return self.get(plural, namespace, name)
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def list(self, plural, namespace="", selector=""):
        query = "?" + urllib.parse.urlencode({"labelSelector": selector}) if selector else ""
        return self.call("GET", path(plural, namespace) + query)["items"]

    def create(self, manifest):
        """A manifest of a kind of ours, or of a core kind whose plural is its name and an s."""
        plural = KINDS.get(manifest["kind"], manifest["kind"].lower() + "s")
        url = path(plural, manifest["metadata"].get("namespace", "")) + "?fieldValidation=Strict"
        return self.call("POST", url, manifest)

    def patch(self, plural, namespace, name, change, sub=""):
        return self.call("PATCH", path(plural, namespace, name, sub), change, MERGE)

    def delete(self, plural, namespace, name, **options):
        return self.call("DELETE", path(plural, namespace, name), options or None)

    def watch(self, plural, namespace="", selector="", version="0", seconds=300):
        """Yields (type, object) until the server ends the watch."""
        query = urllib.parse.urlencode({"watch": "true", "resourceVersion": version, "labelSelector": selector, "timeoutSeconds": seconds})
        connection = self.connect(seconds + 30)
        self.watches.add(connection)
        try:
            connection.request("GET", f"{path(plural, namespace)}?{query}", headers={"accept": "application/json"})
            answer = connection.getresponse()
            if answer.status >= 400:
                self.read(answer)
            for line in answer:
                event = json.loads(line)
                yield event["type"], event["object"]
        finally:
            self.watches.discard(connection)
            connection.close()

    def close(self):
        """Ends every watch, so that the server may end too."""
        for connection in list(self.watches):
            try:
                connection.sock.shutdown(socket.SHUT_RDWR)
            except (OSError, AttributeError):
                pass


def condition(thing, kind):
    """The condition of that type, or an empty one."""
    found = [c for c in (thing or {}).get("status", {}).get("conditions", []) if c["type"] == kind]
    return found[0] if found else {}


def status_of(thing, kind):
    return condition(thing, kind).get("status", "absent")
