"""Run the official client's own tests, unmodified, against this Bearhug.

    tools/client_suite.py CHECKOUT [--without-xet] [--python PYTHON] [-- PYTEST ARGUMENTS]

CHECKOUT is a working tree of huggingface_hub; PYTHON has it installed with its `testing` extra.
Its tests name the address of a hub of their own, so they run in a network namespace where that
name is this machine, with a certificate made for the occasion: nothing else can be reached, and
no file of the machine is changed. Needs Linux, openssl, nginx, and root or user namespaces.
Tests of the production Hub are left out. BEARHUG_SUITE_LOG may name a file for the hub's log.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "hub-ci.huggingface.co"
ALSO = "huggingface.co"
"""Where the client has cards validated, whatever its endpoint is (repocard.py)."""

PORT = 8000
INSIDE = "BEARHUG_CLIENT_SUITE"

NGINX = """daemon off; pid {home}/nginx.pid; error_log {home}/nginx.log; worker_processes 1;
events {{}}
http {{
  access_log off; client_max_body_size 0; proxy_request_buffering off; proxy_buffering off;
  client_body_temp_path {home}/body; proxy_temp_path {home}/proxy; fastcgi_temp_path {home}/f;
  uwsgi_temp_path {home}/u; scgi_temp_path {home}/s;
  server {{
    listen 127.0.0.1:443 ssl;
    ssl_certificate {home}/hub.crt; ssl_certificate_key {home}/hub.key;
    location / {{
      proxy_pass http://127.0.0.1:{port}; proxy_http_version 1.1; proxy_read_timeout 600s;
      proxy_set_header Host $host; proxy_set_header Connection "";
      proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-For $remote_addr;
    }}
  }}
}}
"""


def main() -> int:
    """Returns pytest's exit status."""
    own, _, given = "\0".join(sys.argv[1:]).partition("\0--\0")
    asked = _parser().parse_args(own.split("\0"))
    asked.pytest = given.split("\0") if given else ["tests"]
    if INSIDE not in os.environ:
        return _enter()
    _run("ip", "link", "set", "lo", "up")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        _name_this_machine(home)
        authority = _certify(home)
        with _hub(home), _front(home):
            return _tests(asked, home, authority)


def _enter() -> int:
    """Again, in namespaces of its own: the mounts and the network end with it."""
    own = ["unshare", "--mount", "--net"]
    if os.geteuid() != 0:
        own[1:1] = ["--user", "--map-root-user"]
    again = [*own, sys.executable, __file__, *sys.argv[1:]]
    return subprocess.run(again, env={**os.environ, INSIDE: "1"}, check=False).returncode


def _name_this_machine(home: Path) -> None:
    hosts = home / "hosts"
    hosts.write_text(f"127.0.0.1 localhost {NAME} {ALSO}\n::1 localhost\n")
    _run("mount", "--bind", str(hosts), "/etc/hosts")


def _certify(home: Path) -> Path:
    """A certificate for the hub's name, and the authority that signed it: hf_xet wants both."""
    new = ("openssl", "req", "-newkey", "rsa:2048", "-nodes")
    authority, key = home / "authority.crt", home / "authority.key"
    _run(*new, "-x509", "-subj", "/CN=test", "-keyout", str(key), "-out", str(authority))
    asked, extensions = home / "hub.csr", home / "extensions"
    extensions.write_text(f"subjectAltName=DNS:{NAME},DNS:{ALSO}\nbasicConstraints=CA:FALSE\n")
    _run(*new, "-subj", f"/CN={NAME}", "-keyout", str(home / "hub.key"), "-out", str(asked))
    _run(
        *("openssl", "x509", "-req", "-days", "2", "-in", str(asked), "-CAcreateserial"),
        *("-CA", str(authority), "-CAkey", str(key), "-extfile", str(extensions)),
        *("-out", str(home / "hub.crt")),
    )
    return authority


@contextmanager
def _hub(home: Path) -> Iterator[None]:
    data = home / "data"
    bearhug = [sys.executable, "-m", "bearhug.cli"]
    _run(*bearhug, "dev", "seed-client-tests", "--data", str(data))
    settings = {"PUBLIC_URL": f"https://{NAME}", "TRUST_PROXY": "true", "LOG_FORMAT": "text"}
    environment = {f"BEARHUG_{name}": value for name, value in settings.items()}
    with Path(os.environ.get("BEARHUG_SUITE_LOG", home / "hub.log")).open("wb") as log:
        serving = subprocess.Popen(
            [*bearhug, "serve", "--data", str(data), "--port", str(PORT), "--no-starter"],
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
        try:
            _wait(PORT)
            yield
        finally:
            serving.terminate()
            serving.wait()


@contextmanager
def _front(home: Path) -> Iterator[None]:
    conf = home / "nginx.conf"
    conf.write_text(NGINX.format(home=home, port=PORT))
    nginx = shutil.which("nginx") or "/usr/sbin/nginx"
    serving = subprocess.Popen([nginx, "-e", str(home / "nginx.log"), "-c", str(conf)])
    try:
        _wait(443)
        yield
    finally:
        serving.terminate()
        serving.wait()


def _tests(asked: argparse.Namespace, home: Path, authority: Path) -> int:
    environment = {
        **os.environ,
        "SSL_CERT_FILE": str(authority),
        "REQUESTS_CA_BUNDLE": str(authority),
        "GIT_SSL_CAINFO": str(authority),
        "HUGGINGFACE_CO_STAGING": "1",
        "HF_HOME": str(home / "client"),
        "HF_XET_CACHE": str(home / "xet"),
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "RUN_GIT_LFS_TESTS": "1",
        "HOME": str(home),
    }
    if asked.without_xet:
        environment["HF_HUB_DISABLE_XET"] = "1"
    quiet = "addopts=-Werror::FutureWarning --strict-markers"
    chosen = ["-o", quiet, "-m", "not production", "-p", "no:cacheprovider"]
    command = [asked.python, "-m", "pytest", *chosen, *asked.pytest]
    return subprocess.run(command, cwd=asked.checkout, env=environment, check=False).returncode


def _wait(port: int) -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"nothing came to listen on {port}")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}: {done.stderr}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("checkout", type=Path, help="a working tree of huggingface_hub")
    parser.add_argument("--without-xet", action="store_true", help="set HF_HUB_DISABLE_XET")
    parser.add_argument("--python", default=sys.executable, help="has the client installed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
