"""How the observer is proven: by files behind a web server of this process."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from holdfast.conformance.trials import ObservedSource, ObserverTrial

__all__ = ["http_observer"]


class _Site(SimpleHTTPRequestHandler):
    """Serves files with their ETag, without a line for each request."""

    def end_headers(self) -> None:
        path = Path(self.translate_path(self.path))
        if path.is_file():
            self.send_header("ETag", f'"{hashlib.sha256(path.read_bytes()).hexdigest()}"')
        super().end_headers()

    def log_message(self, *_arguments: object) -> None:
        pass


@contextmanager
def http_observer(directory: Path) -> Iterator[ObserverTrial]:
    """Give the trial of the observer ``http``, with a server that knows ETags."""
    numbers = itertools.count()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Site, directory=str(directory))) as server:
        thread = Thread(target=server.serve_forever, args=[0.01])
        thread.start()

        def source() -> ObservedSource:
            file = directory / f"source{next(numbers)}.csv"
            file.write_text("a,b\n")

            def change() -> None:
                file.write_text(file.read_text() + "1,2\n")

            url = f"http://127.0.0.1:{server.server_port}/{file.name}"
            return ObservedSource({"url": url}, change, file.unlink)

        try:
            yield ObserverTrial(use="http", source=source)
        finally:
            server.shutdown()
            thread.join()
