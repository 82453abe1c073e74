"""A static host on loopback, which compresses text as hosts on the network do."""

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

_COMPRESSED = {".html", ".css", ".js", ".json", ".svg", ".xml"}


@lru_cache(maxsize=1024)  # a host compresses a file once, not for each visitor
def _compress(file: Path, _changed_ns: int) -> bytes:
    return gzip.compress(file.read_bytes())


def _as_sent(file: Path) -> bytes:
    return _compress(file, file.stat().st_mtime_ns) if file.suffix in _COMPRESSED else file.read_bytes()


@contextmanager
def serve(site: Path) -> Iterator[str]:
    """Serve `site` on loopback as a static host would, gzip included; yields its address."""

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # or a body would wait for the browser to have acknowledged the header

        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(site))

        def log_message(self, format: str, *args: Any) -> None:
            pass

        def do_GET(self) -> None:
            file = Path(self.translate_path(self.path))
            if file.is_dir():
                file /= "index.html"
            if not file.is_file():
                file = site / "404.html"
            body = _as_sent(file)
            self.send_response(200 if file.name != "404.html" else 404)
            self.send_header("Content-Type", self.guess_type(str(file)))
            if file.suffix in _COMPRESSED:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: Any, client_address: Any) -> None:
            """Say nothing of connections that a browser has left behind."""

    server = Server(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
