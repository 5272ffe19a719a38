"""Applications with a receiver, as their users would write them; each runs in a server of its kind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import uvicorn
from werkzeug.serving import make_server as make_werkzeug_server


@contextmanager
def served_by_uvicorn(app: Any, **options: Any) -> Iterator[str]:
    """The address of an ASGI application under uvicorn."""
    options = {"lifespan": "auto", **options}
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", **options)
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: Any, **kwargs: Any) -> None:
        return


@contextmanager
def served_by_wsgiref(app: Any) -> Iterator[str]:
    """The address of a WSGI application under the server of the standard library."""
    with make_server("127.0.0.1", 0, app, WSGIServer, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(10)


@contextmanager
def served_by_werkzeug(app: Any) -> Iterator[str]:
    """The address of a WSGI application under Werkzeug's server, in threads."""
    server = make_werkzeug_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
