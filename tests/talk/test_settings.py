"""What a talk may set, and what is said of what it may not."""

from pathlib import Path

import pytest

from talk import settings as module
from talk.errors import TalkError
from talk.settings import OPEN_TYPEFACES, Settings, Typeface, settings

FACE_MEND = "write the family's name, or {family: Inter, package: inter, version: 5.2.8}"
HEAD = "site_name: Talk\nsite_url: !ENV [SITE_URL, '']\nextra:\n  generator: false\n"  # four lines


def config(folder: Path, *lines: str, head: str = HEAD) -> Path:
    """mkdocs.yml whose `extra.talk`, in line 5, has these lines: the first of them is line 6."""
    path = folder / "mkdocs.yml"
    path.write_text(head + "  talk:\n" + "".join(f"    {line}\n" for line in lines), encoding="utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(TalkError) as caught:
        settings(path)
    return str(caught.value)


def test_a_talk_that_sets_nothing_has_everything(tmp_path: Path) -> None:
    assert settings(tmp_path / "mkdocs.yml") == settings(config(tmp_path)) == Settings()
    (tmp_path / "mkdocs.yml").write_text("")
    assert settings(tmp_path / "mkdocs.yml") == Settings()


def test_everything_can_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("results/old-talk", "docs/assets"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "docs" / "assets" / "logo.svg").touch()
    monkeypatch.setattr("talk.paths.RESULTS", tmp_path / "results")
    monkeypatch.setattr("talk.paths.DOCS", tmp_path / "docs")
    found = settings(
        config(
            tmp_path,
            "language: ru",
            "slot: 25",
            'colours: ["#00AAff", "#003366"]',
            "typefaces:",
            "  text: {family: Inter, package: inter, version: 5.2.8}",
            "  display: [Own Face, Handjet]",
            "logo: assets/logo.svg",
            "original: old-talk",
            "units: {energy: {J: 1, kJ: 1000}}",
        )
    )
    assert found == Settings(
        language="ru",
        slot_min=25,
        colours=("#00aaff", "#003366"),
        typefaces={
            "text": (Typeface("Inter", "inter", "5.2.8"),),
            "display": (Typeface("Own Face"), OPEN_TYPEFACES["Handjet"]),
            "code": (OPEN_TYPEFACES["JetBrains Mono"],),
        },
        logo="assets/logo.svg",
        original="old-talk",
        units={"energy": {"kJ": 1000, "J": 1}},
    )
    assert list(found.units["energy"]) == ["kJ", "J"]  # the largest first


@pytest.mark.parametrize(
    ("setting", "mend"),
    [
        ("language: tlh", "use one of en, ru, or add its file"),
        ("language: [ru]", "use one of en, ru, or add its file"),
        ("language:", "use one of en, ru, or add its file"),
        *((f"slot: {slot}", "write whole minutes, 1 to 600") for slot in ("0", "-5", "601", "40.5", "true", "forty")),
        *(
            (f"colours: {colours}", 'write two, as ["#ff007f", "#9700ff"]')
            for colours in ('["#ff007f"]', '["pink", "#9700ff"]', '["#f07", "#9700ff"]', '"#ff007f"', "[1, 2]", "{}")
        ),
        ("typefaces: Inter", "name text, display, code"),
        ("typefaces: {body: Inter}", "name text, display, code"),
        *(
            (f"typefaces: {{text: {face}}}", FACE_MEND)
            for face in (
                "'<b>'",
                "5",
                "[]",
                "{family: Inter}",
                "{family: Inter, package: ../inter, version: 5.2.8}",
                "{family: Inter, package: inter, version: latest}",
                "{family: Inter, package: inter, version: 5.2.8, other: 1}",
            )
        ),
        ("logo: assets/none.svg", "name an SVG file under docs/, or leave it out"),
        ("logo: assets/logo.png", "name an SVG file under docs/, or leave it out"),
        ("logo: ../mkdocs.svg", "name an SVG file under docs/, or leave it out"),
        ("logo: 5", "name an SVG file under docs/, or leave it out"),
        ("original: nobody", "name a folder of docs/results/, or leave it out"),
        ("original: ..", "name a folder of docs/results/, or leave it out"),
        ("original: {machine: a, title: b}", "name a folder of docs/results/, or leave it out"),
        *(
            (f"units: {units}", "write {energy: {J: 1, kJ: 1000}}: sizes in the base unit")
            for units in (
                "J", "[J]", "{energy: J}", "{energy: {}}", "{energy: {J: 0}}", "{energy: {J: -1}}",
                "{energy: {J: one}}", "{energy: {J: true}}", "{energy: {J: .nan}}", "{energy: {J: .inf}}",
            )
        ),
        ("slots: 40", "use one of language, slot, colours, typefaces, logo, original, units"),
        ("5: 40", "use one of language, slot, colours, typefaces, logo, original, units"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_with_its_place_and_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, mend: str
) -> None:
    name = setting.partition(":")[0]
    path = config(tmp_path, "# of our own", setting)
    (tmp_path / "mkdocs.svg").touch()
    (tmp_path / "docs" / "results" / "box").mkdir(parents=True)
    monkeypatch.setattr("talk.paths.DOCS", tmp_path / "docs")
    monkeypatch.setattr("talk.paths.RESULTS", tmp_path / "docs" / "results")
    said = refusal(path)
    assert said.startswith(f"{path}:7: extra.talk.{name}: ")
    assert said.endswith(f"; {mend}")


def test_a_setting_over_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    assert f"{tmp_path}/mkdocs.yml:7: extra.talk.units: " in refusal(
        config(tmp_path, "slot: 30", "units:", "  energy:", "    J: nothing")
    )


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (HEAD + "  talk: [language, ru]\n", 5),
        (HEAD + "  talk: ru\n", 5),
        (HEAD + "  talk:\n    slot: [\n  other: 5\n", 8),
        ("site_name: Talk\nextra: talk\n", 2),
        ("- site_name\n", None),
        ("just words\n", None),
    ],
)
def test_a_file_of_another_shape_is_one_line_too(tmp_path: Path, text: str, line: int | None) -> None:
    path = tmp_path / "mkdocs.yml"
    path.write_text(text)
    said = refusal(path)
    assert "\n" not in said
    assert said.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert "; " in said


def test_a_file_that_is_no_text_is_one_line_too(tmp_path: Path) -> None:
    path = tmp_path / "mkdocs.yml"
    path.write_bytes(b"site_name: \xff\n")
    assert refusal(path).startswith(f"{path}: is not UTF-8 text; ")


def test_settings_are_read_again_when_they_changed(tmp_path: Path) -> None:
    """`mkdocs serve` lives on."""
    path = config(tmp_path, "slot: 30")
    assert settings(path).slot_min == 30
    config(tmp_path, "slot: 35")
    assert settings(path).slot_min == 35


def test_the_talks_own_mistake_is_found_where_it_is_used() -> None:
    error = module.refused("language", "is wrong", "mend it")
    number = next(
        at
        for at, line in enumerate(module.CONFIG.read_text().splitlines(), start=1)
        if line.strip().startswith("language: en")
    )
    assert str(error) == f"mkdocs.yml:{number}: extra.talk.language: is wrong; mend it"
