"""Numbers in prose, in digits and in words, and which of them measure nothing: years, versions, shapes, «слайд 8»."""

import unicodedata
from collections.abc import Iterator, Sequence

import regex

# Names that a version follows, and names that a number of any length does, whatever the language.
_VERSIONED = (
    "Python|PyTorch|torch\\w*|[Nn]um[Pp]y|SciPy|SymPy|[Nn]umba|Triton|CUDA|cuDNN|cuBLAS|OpenBLAS|MKL|oneDNN|NeMo|JAX|"
    "TensorFlow|ONNX|OpenMP|OpenCL|OpenGL|Vulkan|WebGPU|MkDocs|Zensical|reveal\\.js|KaTeX|Linux|Ubuntu|Debian|Fedora|"
    "Windows|macOS|iOS|Android|GCC|gcc|LLVM|[Cc]lang|MLIR|Node(?:\\.js)?|npm|Rust|Go|Java|Ruby|PHP|Swift|TypeScript|"
    "HTML|CSS|ECMAScript|TLS|Unicode|Web|Apache|[AL]?GPL|MPL|CC BY(?:-\\w\\w)*|BSD|PCIe|USB|Wi-Fi|Bluetooth|NVLink|"
    "HDMI|Raspberry Pi|Pentium|Apple|GPT|Llama|LLaMA|Claude|Gemini|Qwen|Stable Diffusion"
)
_MODELS = (
    "RTX|GTX|Tesla|GeForce|Radeon|Xeon(?: (?:Platinum|Gold|Silver|Bronze))?|EPYC|Ryzen \\d|Ryzen|Core|LLaMA|Llama|BERT|"
    "Chromium|Chrome|Firefox|Safari|Edge|HTTP|ISO|RFC|PEP|IEEE|ГОСТ|DIN|arXiv|doi|ISBN|H\\.(?=26)"
)
_SPACE = r"[ \u00a0\u2009\u202f]"
# In digits of any script, in Chinese ones, and in Roman ones.
_DIGITS = (
    r"[≈~×±−-]?\p{N}(?:[\p{N}.,:·/_⁻]*\p{N})?"
    r"|(?<!\p{Han})[〇零一二三四五六七八九十百千万億亿兆]+(?!\p{Han})"
    r"|(?<![\w-])[IVX]{2,}(?![\w-])"
)
# A Roman number of any letters is an abbreviation too (CD, XL): its unit tells.
_ROMAN = (
    r"(?<![\w-])(?=[IVXLCDM]{2}|[ivxlcdm]{2})"
    r"(?i:M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3}))(?![\w-])"
)
# Soft hyphens, stresses, joiners: what stands in a word and is no letter of it.
_UNSEEN = regex.compile(r"[\p{Cf}\p{Mn}]")
_LETTER = regex.compile(r"(?P<base>[\s\S])(?P<marks>[\p{Cf}\p{Mn}]*)")
_DIACRITICS = "\u0306\u0308"  # of й and ё, written apart


class Numerals:
    """What a language counts with.

    `words` are numbers in words, `innocent` are patterns of what measures nothing in this language. `units` are those
    after which a year, a version or a label is a measured number all the same, and `counted` nouns that do the same;
    `dated` is what a year comes after, or `years` before. All are regular expressions.
    """

    def __init__(
        self, *, words: str, innocent: Sequence[str], units: str, counted: str, dated: str, years: str
    ) -> None:
        no_unit = not_of(f"{units}|{counted}")
        self._words = regex.compile(rf"(?<![\w-])(?:{words})(?!\w)", regex.IGNORECASE)
        self._digits = regex.compile(rf"{_DIGITS}|{_ROMAN}(?={_SPACE}+(?:{units})(?!\w))")
        date = rf"(?<![\p{{N}}.,×≈~])(?:19[5-9]\d|20[0-3]\d)(?![\p{{N}}×]|[.,]\p{{N}}){no_unit}"
        patterns = [
            *innocent,
            *_innocent_anywhere(no_unit),
            rf"(?<=(?<!\w)(?i:{dated}){_SPACE}){date}|{date}(?!{_SPACE}\p{{L}})|{date}(?={_SPACE}(?:{years}))",
        ]
        self._innocent = [regex.compile(pattern) for pattern in patterns]  # as one they take seven times as long
        number = r"\W?\p{N}+(?:[.,]\p{N}+)?"
        self._prose_in_code = regex.compile(
            rf"{number}{_SPACE}*(?:(?:{units})|\p{{Cyrillic}}[\p{{Cyrillic}}/.]*)|\W?\p{{N}}+,\p{{N}}+"
        )
        # In code a unit of another script than its own is prose; in a comment any is.
        self._said_in_code = regex.compile(
            rf"(?<![\w.,]){number}{_SPACE}*(?=\p{{Cyrillic}})(?:{units})(?!\w)"
            rf"|(?<=(?:\#|//){_SPACE}.*)(?<![\w.,]){number}{_SPACE}*(?:{units})(?!\w)"
        )
        self._unit = regex.compile(rf"\s*(?:{units})(?!\w)")

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Beginning and end of each number that may be a measured one."""
        seen, places = _as_seen(text)
        innocent = [each.span() for pattern in self._innocent for each in pattern.finditer(seen)]
        for start, end in innocent:
            seen = f"{seen[:start]}{' ' * (end - start)}{seen[end:]}"
        yield from self._all(seen, places)

    def all(self, text: str) -> list[tuple[int, int]]:
        """Beginning and end of each number, innocent or not."""
        return self._all(*_as_seen(text))

    def _all(self, seen: str, places: Sequence[int]) -> list[tuple[int, int]]:
        found = (each.span() for pattern in (self._digits, self._words) for each in pattern.finditer(seen))
        return sorted((places[start], places[end]) for start, end in found)

    def without_words(self, text: str) -> str:
        """`text` with its numbers in words blanked out."""
        return str(self._words.sub(lambda found: " " * len(found[0]), text))

    def is_prose(self, code: str) -> bool:
        """Whether what is set as code is a number as prose writes it: `7,9 раза`."""
        return self._prose_in_code.fullmatch(code.strip()) is not None

    def said_in(self, code: str) -> list[tuple[int, int]]:
        """Beginning and end of what a line of code says as prose does."""
        if self.is_prose(code):
            return [(0, len(code))]
        return [found.span() for found in self._said_in_code.finditer(code)]

    def begins_with_unit(self, text: str) -> bool:
        """Whether `text` is what a measured number stands before."""
        return self._unit.match(text) is not None


def not_of(units: str) -> str:
    """What does not go on with one of `units`."""
    return rf"(?!{_SPACE}*-?(?:{units})(?!\w))"


def labelled(labels: str, joins: str, units: str) -> str:
    """Numbers that tell things apart, behind what is labelled: «слайд 8», “sections 3.2 and 3.3”, “equation (5)”."""
    number = r"\d+(?:\.\d+)*"
    return (
        rf"(?:{labels})(?:\({number}\)|{number}(?:(?:,{_SPACE}|{_SPACE}?(?:{joins}|[-–—]){_SPACE}?){number}(?!-\d))*)"
        rf"(?![\d×%]|[.,]\d){not_of(units)}"
    )


def _as_seen(text: str) -> tuple[str, Sequence[int]]:
    """`text` letter by letter, without what a reader does not see in a word, and the place of each letter."""
    if _UNSEEN.search(text) is None:
        return text, range(len(text) + 1)
    letters, places = [], []
    for found in _LETTER.finditer(text):
        if found.start() and _UNSEEN.match(found["base"]):
            continue
        marks = "".join(mark for mark in found["marks"] if mark in _DIACRITICS)
        whole = unicodedata.normalize("NFC", found["base"] + marks)
        letters.append(whole if len(whole) == 1 else found["base"])
        places.append(found.start())
    return "".join(letters), [*places, len(text)]


def _innocent_anywhere(no_unit: str) -> tuple[str, ...]:
    version = r"\d{1,2}(?:\.\d+)*"
    return (
        r"https?://[^\s]+",
        # A date, and a moment of it.
        r"(?<![\p{N}.,])\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:[ T]\d\d:\d\d(?::\d\d)?Z?)?)?"
        rf"(?!\p{{N}}|[-.,:]\p{{N}}){no_unit}",
        rf"(?<![\p{{N}}.,])(?:0?[1-9]|[12]\d|3[01])\.(?:0[1-9]|1[0-2])\.(?:19|20)\d\d(?!\p{{N}}|[.,]\p{{N}}){no_unit}",
        rf"(?<![\p{{N}}.,])(?:1\d|20)\d\d[–-](?:1\d|20)\d\d(?!\p{{N}}|[.,]\p{{N}}){no_unit}",
        # A version or a model: Python 3.11 and 3.12, RTX 3090, LLaMA 7B.
        rf"\b(?:{_VERSIONED})(?:{_SPACE}?[≥>=]{{1,2}}{_SPACE}?|{_SPACE}|[-/])?v?{version}(?:\+|\.x)?"
        rf"(?:(?:,{_SPACE}|{_SPACE}(?:и|или|and|or){_SPACE}|[-–]){version}(?!\w))*"
        rf"(?:{_SPACE}?\d+(?:\.\d+)?B)?(?![\w×]|[.,]\p{{N}}){no_unit}",
        rf"\b(?:{_MODELS})(?:{_SPACE}|[-/:])?v?\d+(?:\.\d+)*(?:[-/]\d+)*(?:[A-Z]\d*)*(?: \d{{3,5}}[A-Z]+)?\b"
        rf"(?!,\p{{N}}){no_unit}",
        rf"(?<!\w)(?:C\+\+|HBM|DDR|Ctrl\+|Alt\+|Shift\+)\d{{1,2}}(?![\p{{N}}×]|[.,]\p{{N}}){no_unit}",
        r"(?<![\p{N}.,])\d+[ⁿˣ](?!\w)",  # of symbols
        r"(?<![\p{N}.,\w×])[1-9][DД](?!\w)",  # 2D
        # Bounds of a share, and a symbol that is nothing or one.
        rf"\[0[,;]{_SPACE}?1[\])]|(?<![\p{{L}}])\p{{Latin}}{_SPACE}?[=→∈]{_SPACE}?[01](?![\p{{N}}×%]|[.,]\p{{N}}){no_unit}",
        # A part of a name: int8, A100, n².
        r"(?<![\p{N}\w])(?![xX](?!86)\d)\p{Latin}[\p{Latin}_]*-?\p{N}+(?:[\p{Latin}\p{N}_-]|\.\p{N})*(?!,?\p{N})"
        + no_unit,
        # A shape, 3×3, n × m × 4: not in a unit, unless by symbols, whose names are short.
        rf"(?<![\w.,×])(?=(?:\w+{_SPACE}?×{_SPACE}?)*\w*\p{{L}})(?:\p{{Latin}}{{1,3}}\d?|\p{{Latin}}\w*_\w+|\p{{N}}+)"
        rf"(?:{_SPACE}?×{_SPACE}?(?:\p{{Latin}}{{1,3}}\d?|\p{{Latin}}\w*_\w+|\p{{N}}+))+(?![.,]?\p{{N}}|\w)",
        rf"(?<![\w.,×])\p{{N}}+(?:{_SPACE}?[×xх]{_SPACE}?\p{{N}}+)+(?![.,]?\p{{N}}|\w){no_unit}",
    )
