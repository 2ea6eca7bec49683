"""A web server on this machine that serves the files of a folder and counts what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Server:
    """Attributes: url of the folder; the paths that were asked for, in order."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[str] = []


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """Serves `folder`. A path that begins with ``/short/`` breaks off half way; ``/endless/``
    says no length and sends ten times the file."""
    served = Server("")

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            served.asked.append(self.path)
            first, _, name = self.path.strip("/").partition("/")
            if first not in ("short", "endless"):
                return super().do_GET()
            data = (folder / name).read_bytes()
            self.send_response(200)
            if first == "short":
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked has had enough
                self.wfile.write(data[: len(data) // 2] if first == "short" else data * 10)
            return None

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    served.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield served
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
