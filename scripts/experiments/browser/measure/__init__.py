"""Measuring in a headless Chromium of this machine, by the very script that pages load, so that a site has a record.

Nothing drives the browser: its page measures by itself and sends what it found to the server that it came from.
"""

import json
import os
import re
import shutil
import subprocess
import threading
from functools import cache, partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter

from talk.errors import TalkError
from talk.experiment import Task

from ..record import Browser
from .script import measuring_script

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_LONGEST_S = 120.0
_PAGE = """<!doctype html><meta charset="utf-8"><title>…</title>
<script src="measure.js"></script><script src="send.js"></script>"""
_SEND = """
const send = (found) => fetch("found", { method: "POST", body: JSON.stringify(found) });
measureHere.measure({ onProgress: (share, name) => name && send({ name }) }).then(
  (data) => send({ data }),
  (error) => send({ error: `${error.name}: ${error.message}` }),
);
"""
_versions: dict[str, str] = {}
_script = cache(partial(measuring_script, {}))  # its record is made here, not by the page


def run(task: Task) -> Browser:
    """What a page finds in this machine's Chromium. Raises TalkError where there is none, or it finds nothing."""
    browser = _find_browser()
    told: Queue[dict[str, Any]] = Queue()
    with (
        ThreadingHTTPServer(("127.0.0.1", 0), partial(_Pages, told)) as server,
        TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile,
    ):
        threading.Thread(target=server.serve_forever, daemon=True).start()
        process = subprocess.Popen(
            [
                browser,
                "--headless",
                "--no-first-run",
                "--no-sandbox",
                "--enable-unsafe-webgpu",
                f"--user-data-dir={profile}",
                f"http://127.0.0.1:{server.server_port}/",
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            found = _wait(told, task)
        finally:
            process.terminate()
            process.wait()
            server.shutdown()
    data = TypeAdapter(Browser).validate_json(json.dumps(found), strict=True)
    _versions[re.sub(r"[^a-z0-9]+", "-", data.agent.browser.lower())] = data.agent.version
    return data


def versions() -> dict[str, str]:
    """The browser of the last run."""
    return dict(_versions)


def _wait(told: "Queue[dict[str, Any]]", task: Task) -> Any:
    while True:
        try:
            each = told.get(timeout=_LONGEST_S)
        except Empty:
            raise TalkError("talk measure", "the browser found nothing in two minutes", "open it by hand") from None
        if "data" in each:
            return each["data"]
        if "error" in each:
            raise TalkError("talk measure", f"the browser stopped: {each['error']}", "try another Chromium: CHROMIUM=…")
        task.progress.say(each["name"])


def _find_browser() -> str:
    named = os.environ.get("CHROMIUM")
    found = shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise TalkError("talk measure", "no Chromium is found", "install one, or name it: CHROMIUM=/path/to/chrome")
    return found


class _Pages(BaseHTTPRequestHandler):
    """Serves the page, isolated, so that its workers may share memory; puts what it sends into `told`."""

    def __init__(self, told: "Queue[dict[str, Any]]", *words: Any) -> None:
        self._told = told
        super().__init__(*words)

    def do_GET(self) -> None:
        """A file of the page."""
        kind, content = {
            "/": ("text/html", _PAGE),
            "/measure.js": ("text/javascript", _script()),
            "/send.js": ("text/javascript", _SEND),
        }.get(self.path, ("text/plain", ""))
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        self.end_headers()
        self.wfile.write(content.encode())

    def do_POST(self) -> None:
        """What the page found."""
        self._told.put(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the progress says it."""
