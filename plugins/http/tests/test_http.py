from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs
import pytest

import holdfast_http
from holdfast.errors import InvalidDefinitionError, SettingsError, StorageError
from holdfast.interfaces import ObserveContext
from holdfast.keys import AssetKey
from holdfast.metadata import MetadataValue
from holdfast.versions import ObserveResult
from holdfast_http.observer import HttpObserver

MODIFIED = "Tue, 01 Jan 2013 00:00:00 GMT"


@attrs.define
class Site:
    """What the server answers under each path: status, headers, and whether it knows HEAD."""

    url: str
    answers: dict[str, tuple[int, dict[str, str]]] = attrs.field(factory=dict)
    heads: bool = True
    asked: list[str] = attrs.field(factory=list)


@pytest.fixture
def site() -> Iterator[Site]:
    """An HTTP server of this process."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            site.asked.append(self.command)
            status, headers = site.answers.get(self.path, (404, {}))
            self.send_response(status if site.heads or self.command == "GET" else 405)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        do_GET = do_HEAD = answer  # noqa: N815 - the names are the standard library's

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever).start()
    yield site
    server.shutdown()
    server.server_close()


@pytest.fixture
def look(site: Site) -> Callable[[str], ObserveResult]:
    """Observes a path of the site."""

    def look(path: str) -> ObserveResult:
        return HttpObserver().observe(ObserveContext(AssetKey("raw"), {"url": site.url + path}))

    return look


def test_the_hook_names_the_observer() -> None:
    """The plugin provides the observer `http`."""
    (record,) = holdfast_http.holdfast_observers()
    assert (record.name, record.factory) == ("http", "holdfast_http.observer:HttpObserver")


def test_the_etag_is_the_version(site: Site, look: Any) -> None:
    """As it is written, weak ones too; the rest is metadata, and nothing is downloaded."""
    site.answers["/a"] = 200, {"ETag": 'W/"7"', "Last-Modified": MODIFIED, "Content-Length": "3"}
    seen = look("/a")
    assert seen.logical_version.value == 'W/"7"'
    assert seen.metadata == {
        "url": MetadataValue.url(f"{site.url}/a"),
        "etag": MetadataValue.text('W/"7"'),
        "last_modified": MetadataValue.text(MODIFIED),
        "size_bytes": MetadataValue.int(3),
    }
    assert site.asked == ["HEAD"]


def test_without_an_etag_time_and_length_are_the_version(site: Site, look: Any) -> None:
    """Either of them may tell a change."""
    site.answers["/a"] = 200, {"Last-Modified": MODIFIED, "Content-Length": "3"}
    site.answers["/b"] = 200, {"Last-Modified": MODIFIED, "Content-Length": "4"}
    assert look("/a").logical_version.value == f"{MODIFIED} 3"
    assert look("/a").logical_version == look("/a").logical_version != look("/b").logical_version


def test_a_server_that_knows_no_head_is_asked_with_get(site: Site, look: Any) -> None:
    """The version is that of the answer."""
    site.heads = False
    site.answers["/a"] = 200, {"ETag": '"7"'}
    assert look("/a").logical_version.value == '"7"'
    assert site.asked == ["HEAD", "GET"]


def test_redirects_are_followed(site: Site, look: Any) -> None:
    """The version is that of what is found in the end."""
    site.answers["/a"] = 302, {"Location": "/b"}
    site.answers["/b"] = 200, {"ETag": '"8"'}
    assert look("/a").logical_version.value == '"8"'


@pytest.mark.parametrize(
    ("answer", "reason"),
    [((404, {}), "404"), ((200, {}), "neither ETag nor Last-Modified"), ((500, {"ETag": '"1"'}), "500")],
)
def test_what_tells_no_version_is_an_error(site: Site, look: Any, answer: Any, reason: str) -> None:
    """The message has the source asset, the URL and the reason."""
    site.answers["/a"] = answer
    with pytest.raises(StorageError, match=rf"SourceAsset\('raw'\) .*{site.url}/a: .*{reason}"):
        look("/a")


def test_a_server_that_is_not_there_is_an_error() -> None:
    """A refused connection names the URL."""
    with pytest.raises(StorageError, match=r"http://127\.0\.0\.1:1/a: .*refused"):
        HttpObserver().observe(ObserveContext(AssetKey("raw"), {"url": "http://127.0.0.1:1/a"}))


@pytest.mark.parametrize("metadata", [{}, {"url": "file:///etc/passwd"}, {"url": 7}])
def test_a_url_is_needed(metadata: dict[str, Any]) -> None:
    """A source asset without one, or with one of another protocol, is told what to give."""
    with pytest.raises(InvalidDefinitionError, match=r"SourceAsset\('raw'\).*metadata=\{'url'"):
        HttpObserver().observe(ObserveContext(AssetKey("raw"), metadata))


def test_a_url_may_be_a_metadata_value(site: Site) -> None:
    """`MetadataValue.url(...)` is what its value is."""
    site.answers["/a"] = 200, {"ETag": '"7"'}
    metadata = {"url": MetadataValue.url(f"{site.url}/a")}
    assert HttpObserver().observe(ObserveContext(AssetKey("raw"), metadata)).logical_version.value == '"7"'


@pytest.mark.parametrize("timeout", [0, -1, True, "5"])
def test_a_wrong_timeout_is_refused(timeout: Any) -> None:
    """The message names the option."""
    with pytest.raises(SettingsError, match=r"\[timeout\] is a positive number of seconds"):
        HttpObserver(timeout=timeout)
