"""MONAI Label's server as a user starts it, and requests to it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest

from tests.conftest import REPOSITORY

ENVIRONMENT = REPOSITORY / ".venv-monailabel"
LINKED = ("Makefile", "requirements.txt", "bundle", ENVIRONMENT.name)
MODEL = "partial_volume_correction"


@dataclass(frozen=True)
class Answer:
    """What the server said to a request."""

    status: int
    content: bytes
    headers: dict[str, str]

    @property
    def line(self) -> str:
        """The reason of a refusal."""
        return json.loads(self.content)["detail"]


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    process: subprocess.Popen[bytes]
    address: str
    log_file: Path
    studies: Path
    temporary: Path

    @property
    def log(self) -> str:
        """All that it has said so far."""
        return self.log_file.read_text()

    def ask(self, path: str, *, data: bytes | None = None, **headers: str) -> Answer:
        """Send GET, or POST where there is data."""
        request = urllib.request.Request(self.address + path, data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=300) as answer:
                return Answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.read(), dict(error.headers))

    def correct(self, study: str, model: str = MODEL) -> Answer:
        """Ask for the corrected volume of a study by its name."""
        return self.ask(f"/infer/{model}?{urlencode({'image': study, 'output': 'image'})}", data=b"")

    def correct_file(self, file: Path) -> Answer:
        """Send a study along."""
        head = f'--limit\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n'
        body = head.encode() + file.read_bytes() + b"\r\n--limit--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=limit"}
        return self.ask(f"/infer/{MODEL}?output=image", data=body, **kind)


def need_environment() -> None:
    """Skip where MONAI Label is not installed."""
    if not (ENVIRONMENT / "ready").is_file():
        pytest.skip(f"no {ENVIRONMENT.name}; `make integration` builds it and runs these tests")


def start(folder: Path, studies: Path, options: str, port: int, **variables: str) -> subprocess.Popen[bytes]:
    """Run `make monailabel` in a folder with links to the project, where MONAI Label may write; its log is log.txt."""
    app = folder / "integrations" / "monailabel"
    (app / "lib").mkdir(parents=True, exist_ok=True)
    source = REPOSITORY / "integrations" / "monailabel"
    for name in [*LINKED, *(str(file.relative_to(REPOSITORY)) for file in source.rglob("*.py"))]:
        if not (folder / name).exists():
            (folder / name).symlink_to(REPOSITORY / name)
    command = ["make", "-o", f"{ENVIRONMENT.name}/ready", "monailabel", f"STUDIES={studies}", f"PORT={port}"]
    with (folder / "log.txt").open("wb") as log:
        return subprocess.Popen(
            [*command, f"OPTIONS={options}"],
            cwd=folder,
            env=os.environ | variables,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


@contextmanager
def serving(folder: Path, studies: Path, options: str) -> Iterator[Server]:
    """Run a server until the block ends; one that does not start fails the test with its log."""
    temporary = folder / "temporary"
    temporary.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = start(folder, studies, options, port, TMPDIR=str(temporary))
    server = Server(process, f"http://127.0.0.1:{port}", folder / "log.txt", studies, temporary)
    try:
        _wait_for(server)
        yield server
    finally:
        children = psutil.Process(process.pid).children(recursive=True)
        os.killpg(process.pid, signal.SIGTERM)
        psutil.wait_procs(children, timeout=60)
        process.wait(timeout=60)


def _wait_for(server: Server) -> None:
    for _ in range(600):
        assert server.process.poll() is None, server.log
        try:
            assert server.ask("/info/").status == 200
        except urllib.error.URLError:
            time.sleep(0.3)
        else:
            return
    pytest.fail(f"no answer in 180 s:\n{server.log}")
