"""Sentences with numbers that a hand typed, and sentences with none: what an attack on the talk wrote, and made ones.

They are Russian, as this talk is, and English, as a new one is. Refused are those whose number nothing accounts for.
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

# What a second attack got past the checks, or was refused in vain.
REFUSED += [
    "двадцатикратный", "тридцатикратное ускорение", "стопятидесятикратный", "полтысячи строк", "полмиллиона весов",
    "полсотни строк", "полпроцента", "полраза", "на пятую часть", "пятая часть времени", "одна десятая",
    "одну сотую долю", "десятая доля процента", "сотая доля", "одну двадцатую времени", "двадцатью строками",
    "стоядерный", "раз в пять", "раз в десять быстрее", "раз пять быстрее", "раза в два", "раза в три",
    "в пять-шесть раз", "пять-семь процентов", "две-три секунды", "двух-трёх секунд", "удвоилось",
    "удвоение скорости", "утроилось", "удваивает", "утраивает", "учетверил", "упятеряет", "удесятерил", "ополовинил",
    "уполовинилось", "полцены", "пол-литра", "пол секунды", "восемь из десяти", "девять из десяти запусков",
    "девятью десятыми", "в одну десятую секунды", "один процент", "одного процента", "один против десяти",
    "одна секунда", "одну миллисекунду", "за одну секунду", "за один такт", "тридцатипроцентный",
    "десятипроцентный прирост", "стопроцентный", "пятипроцентный", "десятисекундный", "двухсекундный", "пятиминутный",
    "двухчасовой", "трёхдневный", "сорокаминутный", "десятимегабайтный", "шестнадцатигигабайтный", "восьмиядерный",
    "двухъядерная машина", "ноль процентов", "нуля секунд", "пять девяток", "трёх девяток", "七 раз", "十二 раз",
    "七十 секунд", "vii раз", "MMXXIV раз", "XLVI процентов", "XC процентов", "CXX ГФЛОП/с", "#7 мс", "X7 быстрее",
    "### Глава { data-toc-label='7,9 мс' }", "=== \"таб\"\n\n    за 7,9 мс",
    "```mermaid\ngraph LR\n A -->|за 7,9 мс| B\n```", "```text\nзанял 7,9 мс\n```", "```\nбыло 7,9 мс\n```",
    "```python\nx = 1  # 7,9 мс на шаг\n```", "```python\n# в 7,9 раза быстрее\n```",
    "```python\nprint('в 7,9 раза')\n```", "    код 7,9 мс", "`было 7,9 мс`", "`в 7,9 раза`",
    "<meter value=\"7.9\" max=\"10\">x</meter>", "<progress value=\"79\" max=\"100\">x</progress>",
    "<input value='7,9 мс'>", "<th abbr='7,9 мс'>x</th>", "<p CLASS='measured'>7,9 мс</p>",
    "<P class = \"measured\">7,9 мс</P>", "<DATA value=7>7,9 мс</DATA>",
    "<span class=\"mea&#115;ured\">7,9 мс</span>", "в&shy;двое", "вд\u00adвое", "вд\u200bвое", "вд\u2060вое",
    "вдво\u0301е", "тре\u0308х раз", "до пятисо\u0301т строк", "> 7,9 мс <cite></cite>", "> 7,9 мс <q></q>",
    "> [т](http:) за 7,9 мс", "> [т](https://) за 7,9 мс", "$x = 7{,}9\\ \\text{мс}$", "$\\text{вдвое}$",
    "$\\boxed{7}$", "$\\textcolor{red}{7{,}9}$", "$\\color{red} 7{,}9$", "$\\large 7{,}9$", "$\\bf 7{,}9$",
    "$\\sf 7$", "$\\phantom{x}7{,}9$", "$\\overline{7{,}9}$", "$\\mathit{7}$", "$\\small 7{,}9$", "$\\underline{7}$",
    "v7.9 раза", "ver7 мс", "k7 мс", "2024 строки", "2000 строк", "2000 параметров", "2010 ядер", "1960 штук",
    "2000 весов", "2020 ватт", "2000 кадров", "2000 штук", "2000 запросов", "1970 операций", "2024-12-31 мс",
    "2024-99-99 мс", "слой 4 ядра", "строк 12", "строк 1200", "шагов 12", "шагов 500", "этапов 5", "вопросов 40",
    "слайдов 43", "глав 5", "кругов 9", "разделов 4", "томов 4", "вариантов 100", "теорем 5", "глава 7 дней",
    "версия 2.1 раза", "RTX 3090 ватт", "OpenBLAS 130", "Triton 100", "MKL 108", "BERT 110 млн", "NumPy × 2",
    "OpenBLAS 1200", "Python 1000", "NumPy 12 тыс.", "T7 мс", "L7 раз", "n2 мс",
]  # fmt: skip
PASSED += [
    "один к одному", "по сто раз на дню", "семь раз отмерь", "обе половины", "сорока летит", "сорок сороков",
    "тысячелетие", "миллионер", "треть\u00adего дня", "Python 3.11 и 3.12", "torch 2.13", "torch==2.13.0", "GCC 13",
    "GCC 13.2", "LLVM 18", "Node 22", "npm 10", "MLIR 19", "C++17", "C++20", "Rust 1.80", "H.264", "Wi-Fi 6",
    "USB 3.0", "PCIe 4.0", "PCIe 5", "NVLink 4", "Xeon Platinum 8481C", "Raspberry Pi 5", "Pentium 4",
    "LLaMA 3.1 70B", "Stable Diffusion 3", "1D и 2D", "2D", "3D", "2D-свёртка", "3D-графика", "1941–1945", "90-е",
    "29.11.2026", "01.10.2024", "2026-11", "2026-11-29 10:00", "главы 3, 4 и 5", "рис. 3.1", "таблице 2.1",
    "раздел 3.2", "раздел 3.2.1", "пп. 5–7", "п. 5.2", "слайд 8, 9", "на слайде 8", "на шаге 5", "на круге 5",
    "с. 12", "уравнение 5", "уравнение (5)", "формула 5", "формула (5)", "пример 2", "задача 3", "упражнение 4",
    "алгоритм 1", "теорема 5.1", "следствие 2", "определение 3", "замечание 1", "выпуск 12", "номер 7",
    "под номером 7", "бит 7", "ядро 0", "поток 0", "карта 0", "GPU 0", "устройство 0", "ГОСТ 7.32", "IEEE 754",
    "arXiv:1706.03762", "arXiv 1706.03762", "doi:10.1000/182", "ISBN 978-5-00000-000-0", "Web 2.0", "Ctrl+1",
    "клавиша 5", "[0, 1]", "от 0 до 1", "0 или 1", "из 0 и 1", "x = 0", "x → 0", "i = 0", "n = 1", "1-й слой",
    "2-й проход", "3-я строка", "5-й слайд", "1-го октября", "1-я глава", "8 Марта",
]  # fmt: skip
REFUSED_IN_ENGLISH = [
    "thousandfold", "halving", "doubling", "tripling", "quadrupled", "quadruples the speed", "quintupled",
    "one third", "one in ten", "nine in ten", "nine out of ten", "one out of five", "a fifth of the time", "a sixth",
    "an eighth", "three eighths", "a twentieth", "one percent", "a percent", "one second", "one millisecond",
    "a couple of seconds", "zero percent", "one-and-a-half times", "2024 lines", "in 2000 lines", "steps 500",
    "layers 18", "lines 1200", "slides 43", "slide 8 s", "three nines", "five nines", "three-quarter", "twelvefold",
    "twentyfold", "quadruple", "millionfold", "centuple", "half the time", "seven percent", "nine tenths",
    "NumPy 232 GFLOP/s", "25 percent", "about 8", "thirty lines", "~8x", "two-second", "two tokens", "a hundredfold",
    "1/3 of the time", "VII", "one in twenty", "25 MB/s", "−5 %", "2 h", "a two-thirds majority", "NumPy 46%",
    "sevenfold increase", "350W", "25 seconds", "25 dollars", "25k lines", "3 watts", "two orders of magnitude",
    "sixty-fold", "two bytes", "ninefold", "tenfold", "25 sec", "25 lines", "2.5X", "25 minutes", "25 gigabytes",
    "78 degrees", "one tenth", "1.234e6", "a thousandth of a second", "forty", "ninety seconds", "three-fold",
    "ten-x", "2.5-fold", "one hundredth", "two thirds", "half a minute", "nineteen percent", "25s", "350 W", "0x1F",
    "a hundred times", "two GB", "25K lines", "ninety-nine", "25GB", "Python 3.11 times faster", "umpteen times 7",
    "table 2 MB", "10-x",
]  # fmt: skip
PASSED_IN_ENGLISH = [
    "the tenth run", "a tenth grader", "double-click", "double precision", "double buffering", "half-open", "tenth",
    "forty winks", "hundredth", "Python 3.11 or 3.12", "Python 3.11 and 3.12", "torch 2.13", "GCC 13.2", "LLVM 18",
    "Node 22", "Rust 1.80", "Go 1.22", "Java 21", "version 2.13", "versions 2 and 3", "driver 580.95", "C++17",
    "C++20", "H.264", "PCIe 4.0", "Pentium 4", "512 x 2048", "3x3", "a 3x3 kernel", "4x4", "2D", "3D", "1D",
    "the '90s", "the 90s", "the 1st of October", "11/29/2026", "29/11/2026", "the 19th century", "19th-century",
    "the XX century", "chapters 3 and 4", "chapters 3, 4 and 5", "fig. 3.1", "figures 3 and 4", "table 2.1",
    "section 3.2", "sections 3.2 and 3.3", "§ 7", "§7", "slides 8-10", "slides 8–10", "slides 8 and 9", "slide 8, 9",
    "steps 5 and 6", "lines 12-15", "lines 12 to 15", "pp. 12–15", "p. 12", "equation 5", "equation (5)", "eq. 5",
    "example 2", "exercise 4", "algorithm 1", "theorem 5.1", "part II", "volume 4", "question 5", "level 2",
    "phase 3", "stage 2", "case 1", "appendix 2", "note 1", "footnote 2", "row 3", "column 2", "bit 7", "core 0",
    "thread 0", "GPU 0", "device 0", "rank 0", "epoch 3", "port 8000", "the 1st slide", "the 2nd slide", "2nd pass",
    "3rd", "4th step", "5th", "21st", "at 10:30", "24/7", "0 or 1", "0s and 1s", "from 0 to 1", "[0, 1]", "x = 0",
    "i = 0", "n = 1", "IEEE 754", "arXiv:1706.03762", "doi:10.1000/182", "Web 2.0", "Ctrl+1", "Room 101", "chapter 3",
    "percent sign", "Python 3.11+", "H200", "the two of us", "HTML5", "PEP 8", "Core i7", "part 2", "512×512",
    "halfway", "AVX-512", "tennis", "x86-64", "int8", "L1", "catch-22", "option 3", "EPYC 7B13", "F11", "percentage",
    "October 2024", "2024", "10 p.m.", "ResNet-50", "one-off", "oneself", "all three", "no. 7", "often", "Llama 3",
    "eighth", "height", "float32", "2012–2017", "O(n²)", "step 5", "2026-11-29", "ES2022", "layer 4", "two-pass",
    "ISO 8601", "Apache 2.0", "Python 2 and Python 3", "the second one", "score", "one by one", "nine lives",
    "in the third place", "first of all", "one can see", "ten", "two-way", "from 2012 to 2017", "n × n",
    "the seconds", "page 12", "single-threaded", "Chapter 3", "slide 8",
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
