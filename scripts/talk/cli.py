"""The `talk` command: thin, each subcommand one call."""

import argparse
import os
import select
import signal
import sys
import time
from pathlib import Path
from shlex import quote

from talk.errors import told_in_one_line
from talk.paths import REMOTE, RESULTS


@told_in_one_line
def main(words: list[str] | None = None) -> int:
    """Run one subcommand. Exit status: 0 done, 1 a failed check or bad input, 130 interrupted, 141 not heard out."""
    options = _parser().parse_args(words)
    # Before a library loads: it reads its variables then. Words that a program gives it are no command to start anew.
    if words is None and (options.run is _measure or (options.run is _build and not options.no_measure)):
        from talk.measure.environment import start_anew_without_choices

        start_anew_without_choices()
    try:
        status = int(options.run(options))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        if not _is_unheard():
            raise
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return _interrupted()
    except RuntimeError as error:
        # So Python 3.11 tells of an interrupt that comes while a class is made: matplotlib's, as it is imported.
        if not isinstance(error.__cause__, KeyboardInterrupt):
            raise
        return _interrupted()


def _is_unheard() -> bool:
    """Whether nobody reads standard output any more, as in `talk values | head`. What is left to print is dropped."""
    output = select.poll()
    output.register(sys.stdout.fileno(), 0)
    if not any(event & select.POLLERR for _, event in output.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python flushes once more as it ends
    return True


def _interrupted() -> int:
    print("interrupted; records and site/ are whole", file=sys.stderr)
    return 130


def _measure(options: argparse.Namespace) -> int:
    from talk.experiment import Task, find_experiments
    from talk.measure.progress import make_progress
    from talk.measure.run import measure

    everything = options.experiment == "all"
    in_all = [name for name, experiment in find_experiments().items() if experiment.about.in_all]
    until = None if options.minutes is None else time.monotonic() + 60 * options.minutes
    task = Task(progress=make_progress(), device=options.device, quick=options.quick, inputs=options.input, until=until)
    measure(in_all if everything else [options.experiment], task, options.out, what_can_be=everything)
    return 0


def _minutes(word: str) -> float:
    minutes = float(word)
    if not 0 < minutes < 1e6:
        raise ValueError(word)
    return minutes


def _build(options: argparse.Namespace) -> int:
    from talk.site.build import build

    build(measuring=not options.no_measure, fresh=options.fresh, quick=options.quick, take_away=options.take_away)
    return 0


def _serve(options: argparse.Namespace) -> int:
    if options.remote is not None:
        os.environ[REMOTE] = options.remote or "1"
    words = [sys.executable, "-m", "mkdocs", "serve"]
    os.execv(sys.executable, [*words, "--dev-addr", options.at] if options.at else words)


def _check(_: argparse.Namespace) -> int:
    from talk.records.setbacks import find_setbacks
    from talk.records.summary import read_summaries
    from talk.render.headlines import latest_moves
    from talk.site.check import check

    problems, stale_elsewhere = check()
    summaries = read_summaries()
    for note in (*stale_elsewhere, *latest_moves(summaries), *find_setbacks(summaries)):
        print(f"note: {note}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"talk check: {len(problems) or 'no'} problem{'s' if len(problems) != 1 else ''}")
    return 1 if problems else 0


def _values(options: argparse.Namespace) -> int:
    from talk.render.listing import find_values, lines
    from talk.render.values import current_values

    print(*lines(list(find_values(current_values(), options.pattern))), sep="\n")
    return 0


def _new(options: argparse.Namespace) -> int:
    from talk.new import new_talk

    new_talk(options.folder, options.lang)
    print(f"{options.folder}/ is a talk. Next:\n")
    print(f"  cd {quote(str(options.folder))}", "  make site && make test", "  make serve", sep="\n")
    return 0


def _add(options: argparse.Namespace) -> int:
    from talk.template.add import ADDERS

    print(ADDERS[options.what](options.name))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="talk", description="Measure, build and check the talk.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    measure = commands.add_parser("measure", help="run experiments and write their records")
    measure.add_argument("experiment", nargs="?", default="all", metavar="all|EXPERIMENT", help="its folder's name")
    measure.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"], help="auto: every one there is")
    measure.add_argument("--out", type=Path, default=RESULTS, metavar="DIR", help="where records go (docs/results)")
    measure.add_argument(
        "--input", type=Path, metavar="DIR", help="files to feed to experiments instead of what they make themselves"
    )
    measure.add_argument("--quick", action="store_true", help="a shortened run, marked so in the record")
    measure.add_argument(
        "--minutes", type=_minutes, metavar="N", help="leave out what takes longer than is left of them"
    )
    measure.set_defaults(run=_measure)

    build = commands.add_parser("build", help="measure what is missing or stale, render, build site/")
    build.add_argument("--no-measure", action="store_true", help="pages only: needs no torch")
    build.add_argument("--fresh", action="store_true", help="measure everything, fresh or not")
    build.add_argument("--quick", action="store_true", help="measure in short")
    build.add_argument("--take-away", action="store_true", help="publish the deck as a zip and, by a browser, as PDFs")
    build.set_defaults(run=_build)

    serve = commands.add_parser("serve", help="the site on this machine, reloading as pages, slides and records change")
    serve.add_argument("--at", metavar="HOST:PORT", help="127.0.0.1:8000, or what mkdocs.yml says")
    serve.add_argument(
        "--remote", nargs="?", const="", metavar="ADDRESS", help="let a phone of the local network turn the slides"
    )
    serve.set_defaults(run=_serve)

    check = commands.add_parser("check", help="what is mistaken, or not true any more")
    check.set_defaults(run=_check)

    values = commands.add_parser("values", help="the numbers that pages may show, by name")
    values.add_argument("pattern", nargs="?", default="", metavar="PATTERN", help="part of the name, or with * and ?")
    values.set_defaults(run=_values)

    new = commands.add_parser("new", help="write a talk of your own into an empty folder")
    new.add_argument("folder", type=Path, metavar="DIR", help="where; its name becomes the talk's title")
    new.add_argument("--lang", default="en", metavar="en|ru", help="the talk's language")
    new.set_defaults(run=_new)

    add = commands.add_parser("add", help="add an experiment, a chapter or a lab to the talk")
    add.add_argument("what", choices=["experiment", "chapter", "lab"])
    add.add_argument("name", metavar="NAME", help="of small Latin letters, digits and _")
    add.set_defaults(run=_add)
    return parser


if __name__ == "__main__":
    sys.exit(main())
