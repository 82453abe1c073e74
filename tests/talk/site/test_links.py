"""Links of a site: files and anchors that are not there are told, and what other hosts answer."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from talk.errors import TalkError
from talk.site import links
from talk.site.links import find_broken, find_dead


def write(site: Path, **pages: str) -> Path:
    for name, body in pages.items():
        path = site / ("index.html" if name == "index" else f"{name}/index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"<html><body>{body}</body></html>", encoding="utf-8")
    return site


def test_what_is_there_is_found(tmp_path: Path) -> None:
    (tmp_path / "a b.svg").write_text("<svg/>")
    index = (
        '<a href="gpu/">1</a><a href="./gpu/#slayd">2</a><a href="gpu/index.html#старое">3</a><a href="#">4</a>'
        '<img src="a%20b.svg"><a href="mailto:a@example.org">5</a><a href="https://example.org/">6</a>'
    )
    gpu = (
        '<h2 id="slayd">1</h2><a name="старое"></a><a href="..">2</a><a href="#slayd">3</a><a href="/gpu/#slayd">4</a>'
    )
    assert find_broken(write(tmp_path, index=index, gpu=gpu)) == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("cpu/", "there is no such file"),
        ("gpu/#net", "there is no anchor #net"),
        ("#net", "there is no anchor #net"),
        ("gpu/picture.svg", "there is no such file"),
        ("../outside/", "leads out of the site"),
        ("https://", "no browser finds what it leads to"),
        ("https:///a", "no browser finds what it leads to"),
        ("file:///a", "no browser finds what it leads to"),
        ("claims:a", "no browser finds what it leads to"),
    ],
)
def test_what_is_not_there_is_told(tmp_path: Path, link: str, message: str) -> None:
    site = write(tmp_path / "site", index=f'<a href="{link}">1</a>', gpu='<h2 id="slayd">1</h2>')
    assert [str(problem) for problem in find_broken(site)] == [f"index.html: {link}: {message}; mend the link"]


def test_a_picture_that_is_not_there_is_told(tmp_path: Path) -> None:
    site = write(tmp_path, index='<img src="chart.svg" srcset="chart.svg 1x, chart@2x.svg 2x">')
    assert [str(problem).split(":")[1] for problem in find_broken(site)] == [" chart.svg", " chart@2x.svg"]


@pytest.mark.parametrize("image", ["<img>", '<img alt="x">', '<img src="">'])
def test_an_image_of_nothing_is_told(tmp_path: Path, image: str) -> None:
    (problem,) = find_broken(write(tmp_path, index=image))
    assert str(problem) == "index.html: <img> of no picture: there is no such file; mend the link"


def test_a_site_that_is_published_in_a_folder_has_its_root_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "published_address", lambda: "https://example.org/talk/")
    there = '<a href="/talk/">1</a><a href="/talk/gpu/#a">2</a><a href="/talk/.">3</a>'
    nowhere = '<a href="/talk/cpu/">1</a><a href="/gpu/">2</a><a href="/talk/../x">3</a>'
    found = find_broken(write(tmp_path, index=there + nowhere, gpu='<p id="a"></p>'))
    assert [str(problem).split(":")[1] for problem in found] == [" /talk/cpu/", " /gpu/", " /talk/../x"]


def test_no_site_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(TalkError, match="has no pages; run `make site`"):
        find_broken(tmp_path)


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """A host that answers with the status which its path names, and the paths that it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            status = 200 if self.path == "/flaky" and asked.count("/flaky") > 1 else None
            self.send_response(status or (503 if self.path == "/flaky" else int(self.path[1:])))
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_other_hosts_are_asked_once_a_page_and_believed(elsewhere: tuple[str, list[str]], tmp_path: Path) -> None:
    host, asked = elsewhere
    links = [f"{host}/200", f"{host}/200#part", f"{host}/404", f"{host}/410", f"{host}/403", f"{host}/429"]
    write(tmp_path, index="".join(f'<a href="{link}">1</a>' for link in links), gpu=f'<a href="{host}/404">1</a>')
    assert [str(problem) for problem in find_dead(tmp_path)] == [
        f"gpu/index.html: {host}/404: answers 404; mend the link",
        f"index.html: {host}/410: answers 410; mend the link",
    ]
    assert sorted(asked) == ["/200", "/403", "/404", "/410", "/429"]


def test_a_host_that_is_out_of_breath_is_asked_again(elsewhere: tuple[str, list[str]], tmp_path: Path) -> None:
    host, asked = elsewhere
    assert find_dead(write(tmp_path, index=f'<a href="{host}/flaky">1</a>')) == []
    assert asked == ["/flaky", "/flaky"]


def test_a_host_that_is_not_there_is_told(tmp_path: Path) -> None:
    site = write(tmp_path, index='<a href="http://127.0.0.1:9/">1</a>')
    [problem] = find_dead(site, patience_s=2)
    assert "index.html: http://127.0.0.1:9/: does not answer" in str(problem)
