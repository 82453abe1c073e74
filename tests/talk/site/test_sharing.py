"""What a messenger shows of a link: pictures, the tags that name them, and addresses that last."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from talk.markdown.written_slides import read_slides
from talk.settings import settings
from talk.site import sharing
from talk.site.sharing import SIZE, Shared, draw_picture, look_of, write_sharing_pictures
from talk.words import language
from tests.talk.conftest import Run

SITE = "Зачем в ML нужны производная, GPU и алгоритмы"
AUTHOR = "Имя Фамилия"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    (folder / "labs").mkdir(parents=True)
    (folder / "index.md").write_text(f"---\ntitle: {SITE}\n---\n", encoding="utf-8")
    (folder / "gpu.md").write_text("---\ntitle: Зачем нейронкам GPU\n---\n", encoding="utf-8")
    (folder / "labs" / "matmul.md").write_text("---\ntitle: Блокнот\n---\n", encoding="utf-8")
    return folder


def pictures(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.png")}


def test_each_page_has_a_picture_at_its_own_address(docs: Path, tmp_path: Path) -> None:
    assert write_sharing_pictures(SITE, AUTHOR, docs, tmp_path / "out")
    drawn = pictures(tmp_path / "out")
    assert set(drawn) == {"picture.png", "gpu/picture.png", "labs/matmul/picture.png"}
    assert len(set(drawn.values())) == 3
    for content in drawn.values():
        with Image.open(io.BytesIO(content)) as image:
            assert (image.format, image.size) == ("PNG", SIZE)
        assert len(content) < 50_000


@pytest.mark.usefixtures("russian")
def test_no_line_of_a_title_ends_with_a_word_of_one_letter() -> None:
    for title in (SITE, "Лаборатория: автоград с пустого места"):
        _, lines = sharing._fit(title.upper(), look_of(settings(), language()).display)
        assert " ".join(lines) == title.upper()
        assert len(lines) > 1
        assert not [line for line in lines[:-1] if line.split()[-1] in ("И", "С")]


def test_the_same_words_give_the_same_bytes_and_are_not_drawn_again(docs: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_sharing_pictures(SITE, AUTHOR, docs, out)
    before = pictures(out)
    assert not write_sharing_pictures(SITE, AUTHOR, docs, out)
    write_sharing_pictures(SITE, AUTHOR, docs, tmp_path / "again")
    assert pictures(tmp_path / "again") == before
    (docs / "gpu.md").write_text("---\ntitle: Другое имя\n---\n", encoding="utf-8")
    (docs / "labs" / "matmul.md").unlink()
    assert write_sharing_pictures(SITE, AUTHOR, docs, out)
    after = pictures(out)
    assert set(after) == {"picture.png", "gpu/picture.png"}
    assert after["gpu/picture.png"] != before["gpu/picture.png"]
    assert after["picture.png"] == before["picture.png"]


@pytest.mark.parametrize("title", ["GPU", "А что, если даже GPU не хватает? " * 3, "Достопримечательностями"])
def test_a_title_of_any_length_stays_on_the_picture(title: str) -> None:
    def rows_and_columns(text: str) -> tuple[int, int, int]:
        with Image.open(
            io.BytesIO(draw_picture(Shared("", text, text, " "), look_of(settings(), language())))
        ) as image:
            white = image.convert("L").point([0] * 250 + [255] * 6)
            box = white.getbbox()
        assert box is not None
        return box[0], box[2], box[3]

    left, right, bottom = rows_and_columns(title.strip())
    assert left >= 60
    assert right <= 1080
    assert bottom <= 500


def test_pages_name_their_pictures_where_the_site_knows_its_address(small_talk: Path, run: Run) -> None:
    with (small_talk / "mkdocs.yml").open("a", encoding="utf-8") as config:
        config.write("site_description: Few words\n")
    done = run("build", "--no-measure", site_url="https://talk.example/ml/")
    assert done.returncode == 0, done.stderr
    site = small_talk / "site"
    for name in ("", "part/sleep/", "slides/", "labs/try/"):
        html = (site / name / "index.html").read_text(encoding="utf-8")
        tags = dict(re.findall(r'<meta property="(og:[a-z:]+)" content="([^"]*)">', html))
        assert tags["og:url"] == f"https://talk.example/ml/{name}"
        file = tags["og:image"].removeprefix("https://talk.example/ml/")
        assert (site / file).read_bytes().startswith(b"\x89PNG")
        assert tags["og:title"]
        assert tags["og:description"] == "Few words"
        icon = re.search(r'<link rel="icon" href="([^"]+)"', html)
        assert icon is not None
        assert (site / name / icon[1]).is_file()


def test_a_site_without_an_address_names_none(small_talk: Path, run: Run) -> None:
    done = run("build", "--no-measure")
    assert done.returncode == 0, done.stderr
    assert "og:image" not in (small_talk / "site" / "part" / "sleep" / "index.html").read_text(encoding="utf-8")


def test_addresses_depend_on_the_title_alone_and_lead_both_ways(small_talk: Path, run: Run) -> None:
    assert run("build", "--no-measure").returncode == 0
    deck = (small_talk / "site" / "slides" / "index.html").read_text(encoding="utf-8")
    article = (small_talk / "site" / "part" / "sleep" / "index.html").read_text(encoding="utf-8")
    slides, _ = read_slides((small_talk / "docs" / "part" / "sleep.md").read_text(encoding="utf-8"))
    assert slides
    for slide in slides:
        assert f'id="{slide.address}"' in article
        assert f'id="{slide.address}"' in deck
        assert f'href="../part/sleep/#{slide.address}"' in deck
        assert f'href="../../slides/#{slide.address}"' in article
