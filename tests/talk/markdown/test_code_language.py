"""Code in a talk that is not in English says that it is."""

import re

import markdown
import pytest

from talk.markdown.code_language import CodeLanguageExtension

CODE = """`torch.mm` and `ПАПКА`, `x`, `eˣ·sin`, <code title="её файл">abc</code>

```python
# the loss before it
```

```
# потери до шага
```
"""


def languages(text: str) -> list[tuple[str, str | None]]:
    """The first word of each piece of code, and its language."""
    html = markdown.markdown(text, extensions=["pymdownx.highlight", "pymdownx.superfences", CodeLanguageExtension()])
    found = re.findall(r"<code([^>]*)>(.*?)</code>", html, re.DOTALL)
    said = [(re.search('lang="(.*?)"', attributes), re.sub("<[^>]*>|#", "", inside)) for attributes, inside in found]
    return [(inside.split()[0], lang and lang[1]) for lang, inside in said]


@pytest.mark.usefixtures("russian")
def test_code_is_english_where_it_has_no_letter_of_the_talks_alphabet() -> None:
    told = [
        ("torch.mm", "en"),
        ("ПАПКА", None),
        ("x", None),
        ("eˣ·sin", "en"),
        ("abc", None),
        ("the", "en"),
        ("потери", None),
    ]
    assert languages(CODE) == told


def test_in_an_english_talk_nothing_is_said() -> None:
    assert {lang for _, lang in languages(CODE)} == {None}
