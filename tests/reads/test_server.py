"""The read plane behind the servers that run it: Granian, and nginx on the published tree."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from strongroom.reads.places import Places
from strongroom.reads.tree import Tree
from strongroom.terms.filenames import Sha256
from tests.reads.conftest import WHEEL
from tests.reads.samples import BASE_URL, make_file, make_project

ROOT = Path(__file__).parents[2]
JSON = "application/vnd.pypi.simple.v1+json"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, **environ: str) -> Iterator[http.client.HTTPConnection]:
    server = subprocess.Popen(command, env=os.environ | environ, cwd=ROOT)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        for _ in range(200):
            try:
                connection.connect()
                break
            except ConnectionRefusedError:
                assert server.poll() is None
                time.sleep(0.1)
        yield connection
    finally:
        connection.close()
        server.terminate()
        server.wait(20)


@pytest.fixture
def granian(places: Places, *, pages: None, wheel: str, tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    (tmp_path / "served.py").write_text(
        "import os\n"
        "from pathlib import Path\n"
        "from strongroom.reads.app import make_application\n"
        "from strongroom.reads.lending import lend_threads\n"
        "from strongroom.reads.places import Places\n"
        "assert lend_threads(240)\n"
        "folder = Path(os.environ['SERVED'])\n"
        "def take(environ, start_response):\n"
        "    body = b''\n"
        "    while piece := environ['wsgi.input'].read(65536):\n"
        "        body += piece\n"
        "    start_response('200 OK', [('content-type', 'text/plain')])\n"
        "    return [b'%d' % len(body)]\n"
        "application = make_application(Places(pages=folder / 'pages', files=folder / 'files',"
        " readers=folder / 'readers', events=folder / 'events', most_uploads=3), load_fallback=lambda: take)\n"
    )
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws", "--port", str(port)]
    command += [
        "--blocking-threads",
        "4",
        "--log-level",
        "error",
        "--working-dir",
        str(tmp_path),
        "served:application",
    ]
    path = os.pathsep.join([str(ROOT), str(tmp_path)])
    with running(command, port, SERVED=str(tmp_path), PYTHONPATH=path) as connection:
        yield connection


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, **headers: str
) -> tuple[int, http.client.HTTPMessage, bytes]:
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    return reply.status, reply.headers, reply.read()


def test_granian_serves_pages_and_files_over_one_connection(
    granian: http.client.HTTPConnection, places: Places, wheel: str
) -> None:
    status, headers, body = ask(granian, "GET", "/simple/ham/", accept=JSON, accept_encoding="gzip")
    kept = granian.sock
    assert (status, json.loads(gzip.decompress(body))["name"]) == (200, "ham")
    tag = headers["etag"]
    status, headers, body = ask(granian, "GET", "/simple/ham/", accept=JSON, accept_encoding="gzip", if_none_match=tag)
    assert (status, headers["etag"], body) == (304, tag, b"")
    status, headers, body = ask(granian, "HEAD", "/simple/ham/", accept=JSON)
    assert (status, body) == (200, b"")
    assert int(headers["content-length"]) == (places.pages / "simple/ham/index.json").stat().st_size
    assert ask(granian, "GET", "/simple/Ham/")[:2][0] == 301
    assert ask(granian, "GET", "/legacy/%2Bsimple/ham/")[0] == 200
    status, headers, body = ask(granian, "GET", wheel)
    assert (status, headers["content-length"], body) == (200, str(len(WHEEL)), WHEEL)
    assert "transfer-encoding" not in headers
    status, headers, body = ask(granian, "HEAD", wheel)
    assert (status, headers["content-length"], body) == (200, str(len(WHEEL)), b"")
    status, headers, body = ask(granian, "GET", wheel, range="bytes=-300000")
    assert (status, headers["content-range"], body) == (206, "bytes 300000-599999/600000", WHEEL[-300_000:])
    assert ask(granian, "GET", wheel, range="bytes=600000-")[0] == 416
    assert ask(granian, "POST", "/simple/ham/")[0] == 405
    assert granian.sock is kept


def test_slow_downloads_do_not_keep_anybody_from_installing(
    granian: http.client.HTTPConnection, places: Places, wheel: str
) -> None:
    file = places.files / wheel[1:]
    file.write_bytes(b"x" * 40_000_000)
    slow = []
    for _ in range(50):
        client = socket.socket()
        # The kernel would otherwise take all of the file on the client's behalf.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
        client.settimeout(20)
        client.connect(("127.0.0.1", granian.port))
        client.sendall(f"GET {wheel} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        client.recv(10)
        slow.append(client)
    began = time.monotonic()
    assert ask(granian, "GET", "/simple/ham/", accept=JSON)[0] == 200
    assert ask(granian, "GET", f"{wheel}.metadata")[0] == 200
    assert time.monotonic() - began < 2
    for client in slow:
        client.close()


@pytest.fixture
def installable(places: Places, tree: Tree) -> None:
    """A wheel that a real pip takes, published as ham 3.0 with its metadata beside it."""
    metadata = b"Metadata-Version: 2.1\nName: ham\nVersion: 3.0\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ham.py", "")
        archive.writestr("ham-3.0.dist-info/METADATA", metadata)
        archive.writestr("ham-3.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("ham-3.0.dist-info/RECORD", "")
    name = "ham-3.0-py3-none-any.whl"
    facts = make_file(
        name, content=packed.getvalue(), version="3.0", metadata_sha256=Sha256(hashlib.sha256(metadata).hexdigest())
    )
    file = places.files / facts.path
    file.parent.mkdir(parents=True)
    file.write_bytes(packed.getvalue())
    file.with_name(f"{name}.metadata").write_bytes(metadata)
    project = make_project(serial=8, versions=("3.0",), files=(facts,))
    tree.publish_project(project, releases=[], latest=None, base_url=BASE_URL)


@pytest.mark.parametrize("server", ["granian", "nginx"])
def test_pip_installs_from_the_published_tree(
    installable: None, request: pytest.FixtureRequest, *, server: str, tmp_path: Path
) -> None:
    connection: http.client.HTTPConnection = request.getfixturevalue(server)
    target = tmp_path / "installed"
    index = f"http://127.0.0.1:{connection.port}/simple"
    command = [sys.executable, "-m", "pip", "--isolated", "install", "--no-cache-dir", "--disable-pip-version-check"]
    command += ["--target", str(target), "--index-url", index, "ham"]
    ran = subprocess.run(command, check=False, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    assert (target / "ham.py").exists()


NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


@pytest.fixture
def nginx(places: Places, *, pages: None, wheel: str, tmp_path: Path) -> Iterator[http.client.HTTPConnection]:
    if not Path(NGINX).exists():
        assert not os.environ.get("CI"), "nginx is not installed: apt-get install nginx"
        pytest.skip("nginx is not installed: apt-get install nginx")
    port = free_port()
    site = (ROOT / "docs/nginx/strongroom.conf").read_text()
    start = site.index("    location /packages/")
    stop = site.index("    }\n", start) + len("    }\n")
    site = site[:start] + (ROOT / "docs/nginx/packages-from-disk.conf").read_text() + site[stop:]
    site = site.replace("/var/lib/strongroom", str(tmp_path)).replace("listen 80;", f"listen 127.0.0.1:{port};")
    (tmp_path / "site.conf").write_text(site.replace("127.0.0.1:8000", f"127.0.0.1:{free_port()}"))
    temporary = "".join(
        f"{kind}_temp_path {tmp_path}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.getuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"{user} daemon off; pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}\n"
        f"http {{ access_log off; {temporary} include {tmp_path}/site.conf; }}\n"
    )
    command = [NGINX, "-e", f"{tmp_path}/log", "-c", str(tmp_path / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr
    with running(command, port) as connection:
        yield connection


@pytest.mark.parametrize(
    ("accept", "file", "kind"),
    [
        pytest.param(
            f"{JSON}, application/vnd.pypi.simple.v1+html; q=0.1, text/html; q=0.01", "index.json", JSON, id="pip"
        ),
        pytest.param(f"{JSON}, */*;q=0.1", "index.json", JSON, id="poetry"),
        pytest.param("application/vnd.pypi.simple.latest+json", "index.json", JSON, id="latest"),
        pytest.param("text/html", "index.html", "text/html; charset=utf-8", id="old-pip"),
        pytest.param("*/*", "index.html", "text/html; charset=utf-8", id="hatch-and-curl"),
        pytest.param("", "index.html", "text/html; charset=utf-8", id="none"),
        pytest.param(f"{JSON};q=0, text/html", "index.html", "text/html; charset=utf-8", id="json-excluded"),
        pytest.param(
            "application/vnd.pypi.simple.v1+html", "index.html", "application/vnd.pypi.simple.v1+html", id="v1-html"
        ),
    ],
)
def test_nginx_serves_the_published_tree_as_it_stands(
    nginx: http.client.HTTPConnection, *, places: Places, accept: str, file: str, kind: str
) -> None:
    for page, folder in (("/simple/", "simple"), ("/simple/ham/", "simple/ham")):
        for coding, suffix in (("identity", ""), ("gzip", ".gz"), ("zstd, gzip", ".zst"), ("zstd;q=0, gzip", ".gz")):
            status, headers, body = ask(nginx, "GET", page, accept=accept, accept_encoding=coding)
            assert (status, headers["content-type"]) == (200, kind)
            assert body == (places.pages / folder / f"{file}{suffix}").read_bytes()
            assert headers["content-encoding"] == {"": None, ".gz": "gzip", ".zst": "zstd"}[suffix]
            assert headers["vary"] == "Accept, Accept-Encoding"


def test_nginx_answers_what_is_asked_of_it(nginx: http.client.HTTPConnection, wheel: str) -> None:
    assert ask(nginx, "GET", "/simple/none/", accept=JSON)[0] == 404
    assert ask(nginx, "GET", "/simple/ham/", accept="image/png")[0] == 406
    assert ask(nginx, "POST", "/simple/ham/", accept=JSON)[0] == 405
    status, headers, _ = ask(nginx, "GET", f"/simple/ham/?format={JSON}", accept="text/html")
    assert (status, headers["content-type"]) == (200, JSON)
    tag = headers["etag"]
    assert ask(nginx, "GET", f"/simple/ham/?format={JSON}", if_none_match=tag)[0] == 304
    assert ask(nginx, "GET", "/simple/ham/?format=x", accept=JSON)[0] == 406
    assert ask(nginx, "GET", "/.pages-json/ham/page")[0] == 404
    assert ask(nginx, "GET", "/simple/.index.json.new")[0] == 502
    assert ask(nginx, "GET", wheel, range="bytes=0-9")[2] == WHEEL[:10]


def stalled_upload(connection: http.client.HTTPConnection) -> socket.socket:
    """A client that announces a megabyte, sends a little of it, and stands still."""
    client = socket.create_connection(("127.0.0.1", connection.port), timeout=20)
    client.sendall(b"POST /legacy/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 1000)
    return client


def taken(connection: http.client.HTTPConnection) -> tuple[int, bytes]:
    connection.request("POST", "/legacy/", body=b"y" * 5000)
    reply = connection.getresponse()
    return reply.status, reply.read()


def test_slow_uploads_do_not_keep_anybody_from_installing(granian: http.client.HTTPConnection) -> None:
    assert taken(granian) == (200, b"5000")
    slow = [stalled_upload(granian) for _ in range(20)]
    time.sleep(0.5)
    began = time.monotonic()
    assert ask(granian, "GET", "/simple/ham/", accept=JSON)[0] == 200
    assert time.monotonic() - began < 2

    status, told = taken(granian)
    assert (status, told[:16]) == (429, b"Too many uploads")
    for client in slow:
        client.close()
    time.sleep(0.5)
    granian.close()
    assert taken(granian) == (200, b"5000")
