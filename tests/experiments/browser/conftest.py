"""What runs the browser's kernels: node, with Chromium's compiler, and Chromium, where a processor plays the card."""

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Page, Playwright

from experiments.browser.measure.script import built, read_part
from talk.node import node_command

Serve = Callable[..., None]


def script_of(parts: list[str], then: str) -> str:
    """Some parts of the script, and code that uses what they define."""
    return "\n".join([f"const BUILT = {json.dumps(built({}))};", *map(read_part, parts), then])


@pytest.fixture(scope="session")
def in_node(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str], str], Any]:
    """Runs parts of the script in node; the code after them calls `answer` with what the test is told."""

    def run(parts: list[str], then: str) -> Any:
        file = tmp_path_factory.mktemp("node") / "run.mjs"
        file.write_text(f"const answer = (found) => console.log(JSON.stringify(found));\n{script_of(parts, then)}")
        done = subprocess.run([*node_command(), str(file)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr[-2000:]
        return json.loads(done.stdout)

    return run


@pytest.fixture(scope="module")
def page(playwright: Playwright, chromium: str) -> Iterator[Page]:
    """A page of a Chromium whose graphics card is SwiftShader."""
    flags = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]
    browser = playwright.chromium.launch(executable_path=chromium, args=flags)
    yield browser.new_page()
    browser.close()


class _Served(BaseHTTPRequestHandler):
    """Files of a page by their names, each with some headers. A worker's own workers ask here too."""

    files: ClassVar[dict[str, str]] = {}
    headers_: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        name = self.path.removeprefix("/")
        tags = "".join(f'<script src="{each}"></script>' for each in self.files)
        body = self.files.get(name, "") if name else f'<!doctype html><meta charset="utf-8"><title>page</title>{tags}'
        self.send_response(200)
        self.send_header("Content-Type", f"text/{'javascript' if name else 'html'}; charset=utf-8")
        for header, value in self.headers_.items():
            self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Served) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def serve(page: Page, address: str) -> Serve:
    """Opens a page that has these scripts, by their names; `headers` come with every file."""

    def open_page(files: dict[str, str], headers: dict[str, str] | None = None) -> None:
        _Served.files, _Served.headers_ = files, headers or {}
        page.goto(address)

    return open_page


def as_written(folder: Path, record: dict[str, Any]) -> Path:
    """A record that a page made, where the site would have it."""
    path = folder / record["machine"]["slug"] / "browser.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(record, ensure_ascii=False, indent=1), encoding="utf-8")
    return path
