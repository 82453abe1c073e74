"""SASS, the instructions that a GPU executes: a compiled kernel is read without running it.

Triton carries NVIDIA's disassembler; no GPU and no CUDA toolkit is needed.
"""

import re
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import networkx  # type: ignore[import-untyped,unused-ignore]

# Multiply-adds of each thread in one instruction, roughly: the loop with most of them is the main one.
_ARITHMETIC = {"FFMA": 1, "FFMA2": 2, "HFMA2": 2, "HMMA": 64, "HGMMA": 1024, "UTCHMMA": 1024, "IMMA": 64}
_INSTRUCTION = re.compile(
    r"/\*[0-9a-f]{4,}\*/\s+(?P<predicate>@!?U?P\w+\s+)?(?P<opcode>[A-Z][\w.]*)(?P<operands>[^;]*);"
)
_LABEL = re.compile(r"^(\.L_x?_?\d+):")
_TARGET = re.compile(r"`\((\.L_x?_?\d+)\)")
_JUMPS = ("BRA", "CALL", "BRX", "JMP")
_ENDS = ("EXIT", "RET")


@dataclass(frozen=True)
class Instruction:
    """One instruction of a warp. `opcode` has its modifiers: LDG.E.128."""

    opcode: str
    operands: str = ""
    conditional: bool = False

    def is_(self, mnemonic: str) -> bool:
        """Whether it is LDG, or LDG.128 where its modifiers are asked for too, in whatever order."""
        name, *modifiers = mnemonic.split(".")
        own = self.opcode.split(".")
        return own[0] == name and set(modifiers) <= set(own[1:])


@dataclass(frozen=True)
class Code:
    """A compiled kernel: what a thread takes and what it executes.

    `stack_bytes` is what the compiler spilled from registers, and arrays that did not fit into them. `shared_bytes` is
    what the kernel declares; a launch may add to it. `loop` is the innermost loop with most of the arithmetic, empty
    where none has any; `around` is the outermost one that it lies in, itself where it lies in none.
    """

    registers: int
    stack_bytes: int
    shared_bytes: int
    body: list[Instruction]
    loop: list[Instruction]
    around: list[Instruction]

    def share(self, mnemonic: str) -> float:
        """How much of the main loop these instructions are."""
        return count(self.loop, mnemonic) / max(1, len(self.loop))


def count(instructions: Iterable[Instruction], mnemonic: str) -> int:
    """How many of `instructions` are LDG, or LDG.128."""
    return sum(each.is_(mnemonic) for each in instructions)


def read(cubin: bytes) -> Code:
    """What a cubin of one kernel has inside. Raises CalledProcessError where it is none."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "kernel.cubin")
        file.write_bytes(cubin)
        usage = _output("cuobjdump", "--dump-resource-usage", file)
        listing = _output("nvdisasm", "--print-code", file)
    registers, stack, shared = (
        max(map(int, re.findall(rf"{name}:(\d+)", usage))) for name in ("REG", "STACK", "SHARED")
    )
    body, successors = parse(listing)
    return Code(registers, stack, shared, body, *main_loop(body, successors))


def _output(tool: str, *words: str | Path) -> str:
    return subprocess.run([tools() / tool, *words], capture_output=True, text=True, check=True).stdout


@cache
def tools() -> Path:
    """The folder of NVIDIA's programs in Triton. Raises ModuleNotFoundError where Triton is not installed."""
    spec = find_spec("triton")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("triton is not installed: NVIDIA's disassembler comes with it", name="triton")
    return Path(spec.submodule_search_locations[0], "backends", "nvidia", "bin")


def parse(listing: str) -> tuple[list[Instruction], list[list[int]]]:
    """The disassembler's text as instructions, and where each of them may go on, by index."""
    body: list[Instruction] = []
    places: dict[str, int] = {}
    for line in listing.splitlines():
        label, found = _LABEL.match(line.strip()), _INSTRUCTION.search(line)
        if label is not None:
            places[label[1]] = len(body)
        elif found is not None:
            body.append(Instruction(found["opcode"], found["operands"].strip(), found["predicate"] is not None))
    return body, [_successors(each, index, places, len(body)) for index, each in enumerate(body)]


def _successors(instruction: Instruction, index: int, places: dict[str, int], length: int) -> list[int]:
    name = instruction.opcode.split(".")[0]
    target = _TARGET.search(instruction.operands) if name in _JUMPS else None
    # A branch may have its condition among the operands: BRA.U UP0, `(.L_x_3).
    always = not instruction.conditional and (
        name in _ENDS or (target is not None and instruction.operands == target[0])
    )
    places_after = [] if always else [index + 1]
    if target is not None and target[1] in places:
        places_after.append(places[target[1]])
    return [place for place in places_after if place < length]


def main_loop(body: list[Instruction], successors: list[list[int]]) -> tuple[list[Instruction], list[Instruction]]:
    """The innermost loop with most of the arithmetic, and the outermost that it lies in, itself where it lies in none.

    A loop that only waits for a barrier is a part of the loop that it is in.
    """
    graph = networkx.DiGraph((at, after) for at, places in enumerate(successors) for after in places)

    def arithmetic(loop: set[int]) -> int:
        return sum(_ARITHMETIC.get(body[at].opcode.split(".")[0], 0) for at in loop)

    def innermost(nodes: Iterable[int], around: set[int] | None = None) -> Iterator[tuple[set[int], set[int]]]:
        part = graph.subgraph(nodes)
        for loop in networkx.strongly_connected_components(part):
            if arithmetic(loop) and any(after in loop for at in loop for after in part[at]):
                # Without its first instruction, where it is entered, a loop falls apart into those inside it.
                inner = list(innermost(loop - {min(loop)}, around or loop))
                yield from inner or [(loop, around or loop)]

    found = max(innermost(graph), key=lambda pair: arithmetic(pair[0]), default=(set(), set()))
    loop, around = ([body[at] for at in sorted(indices)] for indices in found)
    return loop, around
