"""Named values of the stories about machines and frameworks: the ring, many hours, what the framework hides."""

from statistics import median

from talk.render.value import Value

from ..record import Framework, ManyHours, Ring
from .curves import DAY_S, Named, curve_values, exponential_values


def ring_values(ring: Ring) -> Named:
    """Story 8."""
    yield "ring.size", Value(ring.bytes_a_worker, "bytes", "сколько суммирует каждый участник")
    for run in [*ring.runs, *ring.gpu_runs]:
        name = f"ring.of_{run.workers}" + ("_gpus" if run.device == "cuda" else "")
        for way, times in (("ring", run.ring_times_s), ("star", run.star_times_s), ("library", run.library_times_s)):
            yield f"{name}.{way}_time", Value(median(times), "time", f"медиана, повторов: {len(times)}")
        for way, sent in (("ring", run.ring_sent_bytes), ("star", run.star_sent_bytes)):
            yield f"{name}.{way}_sent", Value(sent, "bytes", "отправил тот, кто отправил больше всех")
        share = run.ring_sent_bytes / ring.bytes_a_worker
        yield f"{name}.ring_share", Value(share, "ratio", "отправлено / размер вектора")
        theory = 2 * (run.workers - 1) / run.workers
        yield f"{name}.theory_share", Value(theory, "ratio", f"2(p − 1)/p при p = {run.workers}")
    runs = [*ring.runs, *ring.gpu_runs]
    yield "ring.runs", Value(len(runs), "count", "прогонов кольца")
    yield (
        "ring.exact_runs",
        Value(sum(run.agree for run in runs), "count", "из них с точной суммой у каждого участника"),
    )
    last = ring.runs[-1]
    yield "ring.workers", Value(last.workers, "count", "участников, наибольшее число")
    for way, times in (("ring", last.ring_times_s), ("star", last.star_times_s), ("library", last.library_times_s)):
        yield (
            f"ring.{way}_time",
            Value(median(times), "time", f"медиана, повторов: {len(times)}; участников: {last.workers}"),
        )
    fewest = min(ring.runs, key=lambda run: run.workers)
    if fewest.pass_times_s is not None:
        how = f"медиана, от процесса к процессу, повторов: {len(fewest.pass_times_s)}"
        yield "ring.pass_time", Value(median(fewest.pass_times_s), "time", how)
        yield "ring.passes", Value(2 * (last.workers - 1), "count", "столько векторов проходит по кольцу: 2(p − 1)")
    yield "ring.sent", Value(last.ring_sent_bytes, "bytes", f"отправил каждый, участников: {last.workers}")
    yield (
        "ring.star_sent",
        Value(last.star_sent_bytes, "bytes", f"отправила середина звезды, участников: {last.workers}"),
    )
    share = last.ring_sent_bytes / ring.bytes_a_worker
    yield "ring.share", Value(share, "ratio", f"отправлено / размер вектора, участников: {last.workers}")
    yield "ring.theory_share", Value(2 * (last.workers - 1) / last.workers, "ratio", "2(p − 1)/p")


def many_hours_values(hours: ManyHours) -> Named:
    """Story 8, data-parallel, on one kind of device."""
    yield "workers", Value(hours.workers, "count", "процессов")
    yield "utterances", Value(hours.utterances, "count", "фраз")
    yield "sound", Value(hours.sound_s, "time", "звука")
    together_s = max(hours.share_times_s)
    for name, time_s, how in (
        ("one_thread", hours.one_thread_time_s, "один процесс, один поток"),
        ("all_threads", hours.all_threads_time_s, f"один процесс, потоков: {hours.threads}"),
        ("together", together_s, f"процессов: {hours.workers}, время самого долгого"),
    ):
        yield f"{name}.time", Value(time_s, "time", f"{how}, вместе с профилированием")
        yield (
            f"{name}.audio_per_day",
            Value(hours.sound_s / time_s * DAY_S, "time", f"длительность / время × сутки; {how}"),
        )
    yield "speedup", Value(hours.one_thread_time_s / together_s, "ratio", "один поток / самый долгий процесс")
    gain = hours.all_threads_time_s / together_s
    yield "over_threads", Value(gain, "ratio", "один процесс со всеми потоками / самый долгий процесс")
    balance = 1 / (hours.workers * hours.largest_share)
    yield "balance", Value(balance, "share", "средняя доля звука к наибольшей: лучше этого не разделить на равных")
    yield "calls", Value(hours.calls_together, "count", "вызовов операторов во всех профилях вместе")
    yield (
        "calls_alone",
        Value(hours.calls_alone, "count", "вызовов операторов в профиле одного процесса на всех данных"),
    )


def framework_values(framework: Framework) -> Named:
    """Story 9."""
    one = "одна фраза в энкодере доклада"
    yield "layers", Value(framework.layers, "count", "слоёв энкодера")
    agreed = framework.steps if framework.order_agrees else 0
    yield "topological.agreed_steps", Value(agreed, "count", "шагов, которые autograd выполнил в нашем порядке")
    yield "topological.steps", Value(framework.steps, "count", f"шагов обратного прохода, {one}")
    how = f"цифр в числе шагов, если каждый путь цепного правила пройти отдельно, {one}"
    yield "topological.paths_digits", Value(framework.paths_digits, "count", how)
    step = f"шаг обучения, слоёв: {framework.traced_layers}"
    yield "traced_layers", Value(framework.traced_layers, "count", "слоёв в разобранном шаге обучения")
    yield "colouring.tensors", Value(framework.tensors, "count", f"тензоров, {step}")
    yield "colouring.alone", Value(framework.tensors_bytes, "bytes", f"у каждого тензора своя память, {step}")
    yield "colouring.shared", Value(framework.buffers_bytes, "bytes", "буферы общие у тензоров одного размера")
    yield "colouring.live", Value(framework.live_bytes, "bytes", "живо одновременно: меньше нельзя")
    saved = framework.tensors_bytes / framework.buffers_bytes
    yield "colouring.gain", Value(saved, "ratio", "память каждому своя / с общими буферами")
    yield "consing.operators", Value(framework.operators, "count", f"операторов, которые что-то считают, {step}")
    yield "consing.distinct", Value(framework.distinct, "count", "из них разных")
    share = 1 - framework.distinct / framework.operators
    yield "consing.saved", Value(share, "share", "доля операторов, посчитанных бы ещё раз")
    yield "union_find.loops", Value(framework.loops, "count", "проходов по памяти, когда поэлементные слиты с соседями")
    fewer = framework.operators / framework.loops
    yield "union_find.gain", Value(fewer, "ratio", "операторов / проходов")
    for each in framework.growths:
        yield from curve_values(each.name, each.ours)
        if each.name == "topological":
            yield from exponential_values(f"{each.name}.trial", each.brute, "шагом больше")
        else:
            yield from curve_values(f"{each.name}.trial", each.brute)
