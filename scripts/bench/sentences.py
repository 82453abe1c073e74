"""Sentences with numbers that a hand typed, and sentences with none: what an attack on the talk wrote, and made ones.

They are Russian, as the talk is. Refused are those whose number nothing accounts for.
"""

import random
from collections.abc import Iterable, Iterator

from talk.site.typed_numbers import find_typed_numbers
from talk.words import NBSP

_SEED = 1

# What an attack on the talk typed by hand and got past the checks.
REFUSED = [
    "×7.9", "~8x", "8x", "8х", "3-4 раза", "раз в 8", "8-кратный", "7,9-кратный", "в 12 секундах", "12 секундами",
    "5 минутами", "40 ТФЛОПС", "40 Тфлоп/с", "40 GFlops", "40 гигафлопс", "16 Гбайт", "500 мегабайтов", "500 МиБ",
    "500 Mb", "900 Мбит/с", "35 токенов/с", "35 токенов в секунду", "78 °C", "350 Вт", "1,7 кВт·ч", "120 руб.",
    "120 ₽", "3 дня", "3 недели и 2 месяца", "4 такта, 200 тактов", "12 инструкций", "3,7 бит",
    "118 млн параметров", "118 тыс. весов", "2 п.п.", "46 проц.", "5 ‰", "12 дБ", "18 тысяч штук",
    "191 из 192 фраз", "1.2e3 раз", "10³ раз", "1_000 мс", "За шаг 5 мс", "На круг 2,5 с", "2.3 bytes/cycle",
    "250 μs", "250 us", "3 msec", "0:02:35", "9000 IOPS", "60 кадр/с и 60 fps",
    # Split, spaced, not in Arabic digits.
    "`7,9` раза", "7,9 **раза**", "**7,9** раза", "<b>7,9</b> раза", "7,9&thinsp;с", "7,9&#160;с",
    "7,9\N{FIGURE SPACE}с", "7,9\N{HAIR SPACE}с", "7,9  с", "7,9\tс", "7,9\N{ZERO WIDTH SPACE} с",
    "7,9\N{WORD JOINER} с", "7,9\N{SOFT HYPHEN} с", "7,9\nраза", "7,9\nсекунды", "VIII раз", "⑧ раз", "½ времени",
    "1½ с", "⅓ памяти", "[7,9](#x) секунды", "7,9[^n] с\n\n[^n]: сноска", "7,9 ==мс==", "7,9 <abbr>мс</abbr>",
    # In constructs, or without a unit.
    "`7,9 раза`", "$7{,}9\\times$", "$7{,}9$ раза", "$46\\,\\%$", "```\n7,9 раза\n```", "> наш замер: в 7,9 раза",
    "[7,9 раза](https://example.org)", '<span title="7,9 мс">время</span>', '<abbr title="7,9 мс">мс</abbr>',
    '<img alt="7,9 мс" src="a.png">', "| время, мс |\n|---|\n| 264,9 |",
    "<table><tr><td>7,9</td><td>мс</td></tr></table>", "Ускорение: 7,9", "≈ 7", "Было 2335, стало 295",
    "Показатель вышел 1,98", "WER 35,1 до 12,4", "4·10⁻⁷", "4e-7", "\\`7,9 мс\\`",
    "/// slide | Быстрее в 7,9 раза\n    id: x\n\nтекст\n///",
    "/// slide | Тише\n    id: x\n    note: Быстрее в 7,9 раза\n\nтекст\n///",
    "Раз $$ и\n\nв 7,9 раза\n\nдва $$", "a <b, то 7,9 мс, b> a",
    # In words.
    "вдвое", "в два раза", "втрое", "сорок шесть процентов", "половину", "на порядок", "в разы",
    "в семь с половиной раз", "две секунды", "на треть", "восьмикратное", "сто с лишним строк", "девять десятых",
    "две трети",
    # What others wrote later.
    "полчаса счёта", "полсекунды", "полминуты на фразу", "один к пяти", "двумястами строками", "тремя четвертями",
    "3×3 раза", "512 × 2048 байт", "в 7·9 раза", "7'9 с", "ускорение x7", "1/3 времени", "5±1 мс", "0x1F раз",
    "１２ с", "𝟕 с", "Ⅷ раз", "быстрее в десятки раз", "впятеро", "полторы секунды", "соотношение 1:5", "&gt;5 мс",
    "<button>7,9 мс</button>", "<details><summary>за 7,9 мс</summary>x</details>", "<kbd>7,9 мс</kbd>",
    "<svg><title>7,9 мс</title></svg>", '<data class="measured" value="7.9">7,9 мс</data>',
    '<span class="measured">7,9 мс</span>', '<span class="arithmatex">7,9 мс</span>', "<q>7,9 мс</q>",
    '<option label="7,9 мс">', "*[ABC]: 7,9 мс\n\nABC", '[x][y]\n\n[y]: a.md "7,9 мс"', "$\\text{в 7,9 раза}$",
    "Python быстрее в 3.11 раза", "слой 4 мс", "глава 3 ГБ", "7<!-- -->,9 мс", "7<wbr>,9 мс", "&#x37;,9 мс",
    "версия 3 быстрее в 2 раза", "драйвер 5 мс", "§7 мс",
    # What was refused before too.
    "2,3 с", "264.9 мкс", "45,6 %", "7,9 раза", "в 11 раз", "7,9×", "24 GB", "120 ГФЛОП/с", "121 млн байт",
    f"10{NBSP}000 часов", "| addmm | 2335 мс |\n|---|---|", "---\ntitle: За 5 мс\n---\nтекст", "2024 мс",
    "PyTorch 5 мс",
    "![в 7,9 раза быстрее](a.png)", '[текст](a.md "7,9 мс")', "- [ ] 7,9", "Термин\n:   7,9 мс",
    "/// measured | profiling.cpu.wall_time\nза 7,9 мс\n///", "[7,9 мс]{.given}", '[7,9 мс]{.given reason=" "}',
]  # fmt: skip
# Not numbers of anybody's measurement.
PASSED = [
    "Python 3.11 с NumPy", "PyTorch 2 с компилятором", "512×2048 с весами", "CUDA 12.4 с драйвером", "Слой 4 с",
    "Строка 12 с", "Вариант 3 с", "Теорема 5 с", "RTX 3090 с памятью", "В 1969 с лёгкой руки", "LLaMA 7B",
    "1 раз на фразу", "п. 5 б", "Слайд 8 с", "Рис. 2 с", "Круг 4 с", "слот 40 минут", "10 ч утра", "100 %",
    '[16 кГц]{.given reason="у записей такая частота"}', '[10 мс]{.given reason="постоянная"}',
    # What others wrote later.
    "CUDA 13.0, cuDNN 9.5 и драйвер 580.95", "Python ≥ 3.11", "в XX веке", "на рубеже XIX и XX веков",
    "HTTP/2, UTF-8, IPv4", "i7, Ryzen 9, EPYC 7B13", "x², x₁, xₙ, 2ⁿ", "глава 3, §5, рис. 7, табл. 2",
    "слайды 5 и 6", "главы 2–4", "дважды два", "версия 2.1.3", "в 2017-м", "в 1950-х", "L1, L2 и L3",
    "AVX-512 и AVX2", "оба потока", "во-первых, во-вторых", "24×512×2048 и 2 × 2", "$\\frac{1}{2} x$",
    # And what passed before.
    "матрицы 3×3 и 512 × 2048", "слайд 8 с таблицей", "в 2024 году", "RTX 3090 Ti", "`sleep 5 s`",
    "```python\nx = 5  # мс\n```", "> в 7,9 раза, [сказано там](https://example.org)",
    "текст\n\n1. раз\n2. два\n10. десять", "## 3. Глава", "## 3.1 Раздел", "29 ноября 2026 года", "2026-11-29",
    "int8, float32, A100, L1, x86-64, n², O(n³), conv1d", "$\\beta = 2 x^{10}$",
    '[$7{,}9$ раза]{.given reason="по построению"}', "два цикла и три вопроса",
    "восемь букв", "<!-- 7,9 мс -->", "<style>p { margin: 7px }</style>", '<td colspan="2">раз</td>',
    '/// slide | Тише\n    id: x8\n    time: 30\n\nтекст\n///', "[ссылка](a.md#glava-7)", "<https://example.org/7>",
    "многократно и неоднократно", "третья глава, второй проход", "пятью пять", "&nbsp;&#160;",
    '[[7,9 раза](https://example.org)]{.given reason="по замеру авторов"}', '<input type="range" min="1" max="9">',
]  # fmt: skip

_NUMBERS = (
    "7", "7,9", "7.9", "≈ 7", "~8", "×7,9", "12 345", "1_000", "4e-7", "10³", "½", "VIII", "⑧", "٧", "3-4", "3…4",
    "−5", "0,5",
    "две", "семь с половиной", "полтора", "сорок шесть", "две трети", "тысяча",
)  # fmt: skip
_UNITS = (
    "мс", "с", "секунд", "раза", "раз", "%", "процентов", "ГБ", "МиБ", "ТФЛОП/с", "GFLOP/s", "Вт", "°C", "₽",
    "млн параметров",
    "токенов в секунду", "дБ", "такта", "ms", "fps",
)  # fmt: skip
_AROUND = (
    "@", "Стало @.", "Было, а стало @", "**@** и всё", "*@*", "«@»", "(@)", "- @", "1. раз\n2. @",
    "| a | b |\n|---|---|\n| c | @ |",
    "> @", "[@](a.md)", '[текст](a.md "@")', "![@](a.png)", "## Глава: @",
    "/// slide | Стало @\n    id: made\n\nтекст\n///",
    "/// slide | Раз\n    id: made\n    note: Стало @\n\nтекст\n///", '<span title="@">x</span>',
    "<table><tr><td>@</td></tr></table>",
    "Слово[^1].\n\n[^1]: Стало @", "---\ntitle: Стало @\n---\nтекст", "/// details | @\n\nтекст\n///",
    '!!! note "@"\n\n    текст',
    "В 2024 году, на RTX 3090 с матрицей 3×3, @", "Слово\n:   @", "<div markdown>\n\n@\n\n</div>",
    "<svg><text>@</text></svg>",
)  # fmt: skip
_INNOCENT = (
    "Python 3.11", "PyTorch 2", "CUDA 12.4", "RTX 3090", "LLaMA 7B", "512×2048", "3×3", "слой 4", "строка 12",
    "слайд 8", "рис. 2",
    "круг 4", "в 1969 году", "29 ноября 2026 года", "2026-11-29", "int8", "float32", "A100", "L1", "x86-64", "O(n³)",
    "$x^{10}$",
    "`sleep 5`", '[16 кГц]{.given reason="так"}', "два цикла", "три вопроса", "п. 5", "§ 7", "100 %",
    "<https://example.org/7>",
    "теорема 5", "вариант 3", "conv1d", "[сюда](a.md#glava-7)",
)  # fmt: skip


def made_typed(count: int) -> Iterator[str]:
    """Sentences with a typed number at some place where readers see it, the same every time."""
    chosen = random.Random(_SEED)
    for _ in range(count):
        number, unit = chosen.choice(_NUMBERS), chosen.choice(_UNITS)
        if unit == "с" and number.isalpha():  # «две с» is two with something too
            unit = "секунды"
        said = f"{number}{chosen.choice((' ', NBSP))}{unit}"
        yield chosen.choice(_AROUND).replace("@", said)


def made_innocent(count: int) -> Iterator[str]:
    """Sentences without one, at the same places; what is Markdown itself stands in a sentence."""
    chosen = random.Random(_SEED)
    for _ in range(count):
        said = " и ".join(chosen.sample(_INNOCENT, chosen.choice((1, 2))))
        yield chosen.choice(_AROUND[:3] if any(sign in said for sign in "[<$`") else _AROUND).replace("@", said)


def missed(sentences: Iterable[str]) -> list[str]:
    """Those in which no number is found."""
    return [each for each in sentences if not find_typed_numbers(each if each[:3] == "---" else f"# Глава\n\n{each}\n")]


def accused(sentences: Iterable[str]) -> list[str]:
    """Those in which one is found."""
    return [each for each in sentences if find_typed_numbers(f"{each}\n")]
