"""Named values of the stories about texts: CTC, decoding, edit distance."""

import math
from dataclasses import replace
from statistics import median

from talk.render.value import Value
from talk.words import plural

from ..record import Ctc, Curve, Decoding, EditDistance, Point
from .bill import STEP_S, YEAR_S
from .curves import (
    DAY_S,
    Named,
    curve_values,
    digits,
    exponent,
    exponential_values,
    factor,
    race_values,
)
from .lattices import alignments

LETTERS_A_SECOND = 15.0  # of Russian speech at an even pace


def ctc_values(ctc: Ctc) -> Named:
    """Story 1."""
    yield from curve_values("ctc.brute_force", ctc.brute_force)
    yield from curve_values("ctc.forward", ctc.forward)
    last = ctc.brute_force.points[-1]
    rate = last.size / median(last.times_s)
    yield "ctc.brute_force.frames", Value(ctc.brute_force_frames[-1], "count", "кадров в последнем переборе")
    yield "ctc.brute_force.labels", Value(ctc.brute_force_labels[-1], "count", "букв в последнем переборе")
    yield "ctc.brute_force.rate", Value(rate, "count", "выравниваний в секунду в последнем переборе")
    count = alignments(ctc.frames, ctc.labels)
    how = f"C(T + U, 2U), T = {ctc.frames}, U = {ctc.labels}"
    yield "ctc.alignments_digits", Value(len(str(count)), "count", f"цифр в числе выравниваний {how}")
    years = math.log10(count) - math.log10(rate * YEAR_S)
    yield (
        "ctc.brute_force.years_digits",
        Value(max(0, math.floor(years) + 1), "count", f"цифр в числе лет перебора: {how}"),
    )
    per_cell = median(ctc.forward.points[-1].times_s) / ctc.forward.points[-1].size
    visited = ctc.brute_force_frames[-1] * ctc.brute_force_labels[-1]
    yield (
        "ctc.forward.same_problem_time",
        Value(per_cell * visited, "time", "клеток решётки в задаче последнего перебора × измеренное время клетки"),
    )
    by_frames = Curve(
        points=[
            replace(point, size=frames)
            for point, frames in zip(ctc.brute_force.points, ctc.brute_force_frames, strict=True)
        ],
    )
    how = "во столько раз растёт время перебора с каждым кадром: наклон прямой, логарифм времени от числа кадров"
    yield "ctc.brute_force.factor", Value(factor(by_frames), "ratio", how)
    sound_s = ctc.batch * ctc.frames * STEP_S
    how = f"звука за сутки, только потери: фраз {ctc.batch} по {ctc.frames} кадров, кадр {1000 * STEP_S:g} мс"
    yield "ctc.race.audio_per_day", Value(sound_s / median(ctc.ours_times_s) * DAY_S, "time", how)
    for name, value in race_values(ctc.ours_times_s, ctc.torch_times_s, "torch"):
        yield f"ctc.race.{name}", value
    cells = ctc.batch * ctc.frames * (2 * ctc.labels + 1)
    for whose, times_s in (("ours", ctc.ours_times_s), ("torch", ctc.torch_times_s)):
        how = f"медиана / клеток решётки во всех фразах, {cells}"
        yield f"ctc.race.{whose}_cell_time", Value(median(times_s) / cells, "time", how)
    yield "ctc.race.frames", Value(ctc.frames, "count", "кадров в каждой фразе пачки")
    yield "ctc.race.labels", Value(ctc.labels, "count", "букв в каждой фразе пачки")
    yield "ctc.race.batch", Value(ctc.batch, "count", "фраз в пачке")
    yield from digits("ctc.race.agreement", ctc.relative_difference, "наибольшее относительное расхождение с torch")
    yield from digits(
        "ctc.race.gradient_agreement", ctc.gradient_difference, "наибольшее расхождение градиента с torch"
    )
    yield from digits(
        "ctc.brute_force.agreement", ctc.brute_force_difference, "наибольшее расхождение перебора с решёткой"
    )


def edit_values(edit: EditDistance) -> Named:
    """Story 3."""
    yield from _hour_values(edit)
    for way in edit.ways:
        yield from curve_values(f"edit_distance.{way.name}", way.curve)
    agreed = len(edit.ways) if edit.agree else 0
    yield "edit_distance.ways", Value(len(edit.ways), "count", "способов найти расстояние")
    yield "edit_distance.agreed_ways", Value(agreed, "count", "из них с одним ответом на всех текстах")
    times = {way.name: median(way.curve.points[-1].times_s) for way in edit.ways}
    yield "edit_distance.myers.gain", Value(times["rows"] / times["myers"], "ratio", "время таблицы / время Майерса")
    yield (
        "edit_distance.hirschberg.price",
        Value(times["hirschberg"] / times["rows"], "ratio", "время Хиршберга / таблицы"),
    )
    for name, value in race_values(edit.ours_times_s, edit.library_times_s, "library"):
        yield f"edit_distance.race.{name}", value
    slower = median(edit.ours_times_s) / median(edit.library_times_s)
    yield "edit_distance.race.ratio", Value(slower, "ratio", "отношение медиан: наше время / время rapidfuzz")
    yield "edit_distance.race.letters", Value(edit.letters, "count", "букв в тексте")
    yield "edit_distance.memory.letters", Value(edit.memory_letters, "count", "букв в тексте, на котором меряли память")
    how = "прирост резидентной памяти процесса"
    for name, peak in (("table", edit.table_peak_bytes), ("linear", edit.linear_peak_bytes)):
        if peak is not None:
            yield f"edit_distance.memory.{name}", Value(peak, "bytes", how)


_CELLS_AT_ONCE = {"rows": 1, "myers": 64}  # that one step of the innermost loop finds


def _hour_values(edit: EditDistance) -> Named:
    """Times and memory for an hour of speech, extrapolated: they grow as the square of the text, as was measured."""
    letters = 3600 * LETTERS_A_SECOND
    how = f"букв в часе речи: {LETTERS_A_SECOND:g} в секунду"
    yield "edit_distance.hour.letters", Value(letters, "count", how)
    for way in edit.ways:
        last = way.curve.points[-1]
        time_s = median(last.times_s) * (letters / last.size) ** 2
        on_letters = plural(last.size, "букве", "буквах", "буквах")
        told = f"измеренное на {last.size:.0f} {on_letters} × квадрат отношения длин; {how}"
        yield f"edit_distance.hour.{way.name}_time", Value(time_s, "time", told)
        if way.name in _CELLS_AT_ONCE:
            cells = last.size**2 / _CELLS_AT_ONCE[way.name]
            told = (
                "медиана времени / клеток таблицы, у Майерса — / машинных слов, по слову на столько клеток, сколько бит"
            )
            yield f"edit_distance.{way.name}.step_time", Value(median(last.times_s) / cells, "time", told)
    cell = 4
    yield (
        "edit_distance.hour.table",
        Value(cell * letters**2, "bytes", f"букв в часе речи в квадрате × {cell} Б; {how}"),
    )


def decoding_values(decoding: Decoding) -> Named:
    """Story 2."""
    yield "decoding.sentences", Value(decoding.sentences, "count", "предложений")
    yield "decoding.sound", Value(decoding.sound_s, "time", "звука во всех предложениях, кадров × длина кадра")
    yield (
        "decoding.order",
        Value(decoding.order, "count", "букв, на которые смотрит модель языка, вместе с предсказываемой"),
    )
    how = f"жадно, ошибочных слов к сказанным, без шума, предложений: {decoding.sentences}"
    yield "decoding.quiet.word_error_rate", Value(decoding.quiet_word_error_rate, "share", how)
    if decoding.noise_db is not None:
        yield "decoding.noise", Value(decoding.noise_db, "count", "дБ, мощность голоса к мощности белого шума")
    yield from _beam_values(decoding)
    yield from exponential_values("decoding.trial", decoding.trial, "кадром больше")
    frames = decoding.trial.points[-1].size
    # A geometric progression: texts of no letter, of one, and so on up to a letter a frame.
    letters = float(decoding.letters)
    texts = frames + 1 if letters == 1 else (letters ** (frames + 1) - 1) / (letters - 1)
    of_letters = f"{decoding.letters} {plural(decoding.letters, 'буквы', 'букв', 'букв')}"
    how = f"текстов из {of_letters}, самый длинный — букв: {frames:.0f}"
    yield (
        "decoding.trial.texts",
        Value(texts, "count", how),
    )
    yield from curve_values("decoding.longer", decoding.longer)
    for found in decoding.found:
        name = f"beam_{found.width}" if found.width else "greedy"
        how = "доля обрывков, на которых найден самый вероятный из всех текстов, проверено перебором"
        yield f"decoding.found.{name}", Value(found.share, "share", how)
    laid = decoding.alignment
    yield "decoding.alignment.frames", Value(len(laid.tokens), "count", "кадров в размеченной фразе")
    how = "вероятность лучшего выравнивания к вероятности текста"
    yield "decoding.alignment.likelihood", Value(laid.likelihood, "share", how)


def _beam_values(decoding: Decoding) -> Named:
    widths: dict[str, list[Point]] = {}
    for beam in decoding.beams:
        name = beam.name if beam.name == "greedy" else f"{beam.name}_{beam.width}"
        how = f"ошибочных слов к сказанным, предложений: {decoding.sentences}"
        yield f"decoding.{name}.word_error_rate", Value(beam.word_error_rate, "share", how)
        speed = decoding.sound_s / median(beam.times_s)
        yield f"decoding.{name}.faster_than_real_time", Value(speed, "ratio", "длительность звука / время, одно ядро")
        how = "длительность звука / время × сутки, одно ядро"
        yield f"decoding.{name}.audio_per_day", Value(speed * DAY_S, "time", how)
        widths.setdefault(beam.name, []).append(Point(size=beam.width, times_s=beam.times_s))
    for way, points in widths.items():
        if len(points) > 1:
            how = "время от ширины: наклон прямой на логарифмических осях"
            yield f"decoding.{way}.exponent", Value(exponent(Curve(points=points)), "ratio", how)
