"""Numbers in prose, in digits and in words, and which of them measure nothing: years, versions, shapes, «слайд 8»."""

from collections.abc import Iterator, Sequence

import regex

# Names that a version or a model's number follows, whatever the language.
_NAMES = (
    "Python|PyTorch|NumPy|SciPy|SymPy|Numba|Triton|CUDA|cuDNN|cuBLAS|OpenBLAS|MKL|NeMo|JAX|TensorFlow|ONNX|OpenMP|"
    "MkDocs|Zensical|reveal\\.js|KaTeX|Chromium|Chrome|Firefox|Safari|Linux|Ubuntu|Debian|Windows|macOS|"
    "RTX|GTX|Tesla|GeForce|Xeon|EPYC|Ryzen|Core|LLaMA|Llama|GPT|BERT|HTML|CSS|HTTP|Unicode|ISO|RFC|PEP|CC BY|"
    "Apache|GPL|BSD"
)
_SPACE = r"[ \u00a0\u2009\u202f]"
# In digits of any script, and in Roman ones.
_DIGITS = regex.compile(r"[≈~×±−-]?\p{N}(?:[\p{N}.,:·/_⁻]*\p{N})?|(?<![\w-])[IVX]{2,}(?![\w-])")


class Numerals:
    """What a language counts with.

    `words` are numbers in words, `innocent` are patterns of what measures nothing in this language, and `units` are
    those after which a year or a version is a measured number all the same; all are regular expressions.
    """

    def __init__(self, *, words: str, innocent: Sequence[str], units: str) -> None:
        self._words = regex.compile(rf"(?<![\w-])(?:{words})(?!\w)", regex.IGNORECASE)
        patterns = [*innocent, *_innocent_anywhere(units)]
        self._innocent = regex.compile("|".join(f"(?:{pattern})" for pattern in patterns))
        unit = rf"(?:{units})|\p{{Cyrillic}}[\p{{Cyrillic}}/.]*"
        number = r"\W?\p{N}+(?:[.,]\p{N}+)?"
        self._prose_in_code = regex.compile(rf"{number}{_SPACE}*(?:{unit})|\W?\p{{N}}+,\p{{N}}+")

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Beginning and end of each number that may be a measured one."""
        yield from self.all(self._innocent.sub(lambda found: " " * len(found[0]), text))

    def all(self, text: str) -> list[tuple[int, int]]:
        """Beginning and end of each number, innocent or not."""
        return sorted(found.span() for pattern in (_DIGITS, self._words) for found in pattern.finditer(text))

    def without_words(self, text: str) -> str:
        """`text` with its numbers in words blanked out."""
        return str(self._words.sub(lambda found: " " * len(found[0]), text))

    def is_prose(self, code: str) -> bool:
        """Whether what is set as code is a number as prose writes it: `7,9 раза`."""
        return self._prose_in_code.fullmatch(code.strip()) is not None


def _innocent_anywhere(units: str) -> tuple[str, ...]:
    no_unit = rf"(?!{_SPACE}*(?:{units})(?!\w))"
    return (
        r"https?://[^\s]+",
        r"(?<![\p{N}.,])\d{4}-\d\d-\d\d(?!\p{N}|[.,]\p{N})",  # a date
        rf"(?<![\p{{N}}.,×≈~])(?:19[5-9]\d|20[0-3]\d)(?![\p{{N}}×]|[.,]\p{{N}}){no_unit}",  # a year
        # A version or a model: Python 3.11, RTX 3090, LLaMA 7B.
        rf"\b(?:{_NAMES})(?:{_SPACE}?[≥>]{_SPACE}?|{_SPACE}|[-/])?v?\d+(?:\.\d+)*(?:[A-Z]\d*)?(?: \d{{3,5}}[A-Z]+)?\b"
        rf"(?!,\p{{N}}){no_unit}",
        r"(?<![\p{N}.,])\d+[ⁿˣ](?!\w)",  # of symbols
        # A part of a name: int8, A100, n².
        r"(?<![\p{N}\w])(?!x(?!86)\d)\p{Latin}[\p{Latin}_]*-?\p{N}+(?:[\p{Latin}\p{N}_-]|\.\p{N})*(?!,?\p{N})",
        # A shape, 3×3, n × m × 4: not in a unit, unless by symbols.
        rf"(?<![\w.,×])(?=(?:\w+{_SPACE}?×{_SPACE}?)*\w*\p{{L}})\w+(?:{_SPACE}?×{_SPACE}?\w+)+(?![.,]?\p{{N}})",
        rf"(?<![\w.,×])\p{{N}}+(?:{_SPACE}?×{_SPACE}?\p{{N}}+)+(?![.,]?\p{{N}}){no_unit}",
    )
