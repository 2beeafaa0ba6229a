#!/usr/bin/env python3
"""Sixteen parallel PUTs of one key with `If-None-Match: *`: one must win, fifteen must read 412.

Signs by itself (AWS Signature Version 4), so that the check needs no package.
"""
import concurrent.futures
import datetime
import hashlib
import hmac
import http.client
import sys
import urllib.parse

ACCESS, SECRET, REGION = "weirkeeper-test", "weirkeeper-test-secret", "us-east-1"


def signing_key(day: str) -> bytes:
    key = ("AWS4" + SECRET).encode()
    for part in (day, REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signed(method: str, host: str, path: str, body: bytes, extra: dict) -> dict:
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    headers = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": now, **extra}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = "\n".join([method, path, "", lines, names, digest])
    scope = f"{now[:8]}/{REGION}/s3/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(request.encode()).hexdigest()])
    signature = hmac.new(signing_key(now[:8]), text.encode(), hashlib.sha256).hexdigest()
    credential = f"AWS4-HMAC-SHA256 Credential={ACCESS}/{scope}, SignedHeaders={names}, Signature={signature}"
    return {**headers, "authorization": credential}


def send(host: str, method: str, path: str, body: bytes = b"", **extra: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(host, timeout=20)
    connection.request(method, path, body, signed(method, host, path, body, extra))
    answer = connection.getresponse()
    return answer.status, answer.read()


def put_if_absent(host: str, number: int) -> int:
    return send(host, "PUT", "/race/key", f"writer {number}".encode(), **{"if-none-match": "*"})[0]


def main(endpoint: str) -> int:
    host = urllib.parse.urlsplit(endpoint).netloc
    status, answer = send(host, "PUT", "/race")
    if status not in (200, 409):
        print("no bucket:", status, answer)
        return 1
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        results = sorted(pool.map(lambda number: put_if_absent(host, number), range(16)))
    print(results, send(host, "GET", "/race/key"))
    return 0 if results == [200] + [412] * 15 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
