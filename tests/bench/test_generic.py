"""What the generator may not know: this talk's experiments, chapters and language."""

from pathlib import Path

from bench.generic import names_of_this_talk


def test_names_chapters_and_russian_words_are_found_outside_words_alone(tmp_path: Path) -> None:
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "ru.py").write_text('"Слово"')
    (tmp_path / "a.py").write_text('if name == "matmul":\n    pass\npage = "gpu.md"\n# Слово\n')
    (tmp_path / "b.css").write_text("background: linear-gradient(red, blue);\n/* machine.gpu */\n")
    assert [line.partition(": ")[0] for line in names_of_this_talk(tmp_path)] == [
        "talk/a.py:1",
        "talk/a.py:3",
        "talk/a.py:4",
    ]
