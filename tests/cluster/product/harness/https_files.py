"""A folder that this machine serves to pods over TLS, with a certificate that no public authority signed."""
import functools
import http.server
import pathlib
import ssl
import subprocess
import tempfile
import threading

NODE = "10.88.0.1"  # the bridge's address of this machine, as in tests/cluster/lib/network.sh


class Files(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """A client that does not trust the certificate hangs up."""


class HttpsFiles:
    """One thread of this process, at a free port of `address`."""

    def __init__(self, folder, address):
        self.address = address
        self.keys = tempfile.TemporaryDirectory(prefix="https-files-")
        self.server = Server((address, 0), functools.partial(Files, directory=str(folder)))
        self.url = f"https://{address}:{self.server.server_address[1]}"

    def make(self, name, *arguments):
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-keyout", f"{name}.key", "-out", f"{name}.crt", *arguments], cwd=self.keys.name, check=True, capture_output=True)

    def authority(self):
        return pathlib.Path(self.keys.name, "authority.crt").read_text(encoding="utf-8")

    def __enter__(self):
        self.make("authority")
        self.make("server", "-CA", "authority.crt", "-CAkey", "authority.key", "-addext", f"subjectAltName=IP:{self.address}", "-addext", "basicConstraints=CA:FALSE")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(f"{self.keys.name}/server.crt", f"{self.keys.name}/server.key")
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.keys.cleanup()
