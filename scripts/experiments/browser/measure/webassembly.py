"""From LLVM IR to a WebAssembly module, without a linker.

LLVM emits an object file, which for code that calls no other is nearly a module: what is missing are the exports, and
what a linker would drop are the custom sections.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from llvmlite import binding, ir

TRIPLE = "wasm32-unknown-unknown"
_MAGIC = b"\0asm\1\0\0\0"
_CUSTOM, _TYPE, _IMPORT, _FUNCTION, _EXPORT, _CODE = 0, 1, 2, 3, 7, 10
_MEMORY, _LEAST, _LEAST_AND_MOST = 2, 0, 1
_MEMORY_NAMES = b"\3env\6memory"
_MOST_PAGES = 1 << 14  # of 64 KiB: a gigabyte
_SHARED = 2  # in the flags of a memory's limits


@dataclass(frozen=True)
class Module:
    """A module with one import, the memory `env.memory`.

    The byte at `sharing_at` says whether that is one memory for several threads: 1 no, 3 yes. So one file serves both.
    """

    content: bytes
    sharing_at: int


def compile_module(module: ir.Module, features: Sequence[str]) -> Module:
    """The module that exports every function that `module` defines, by its name."""
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    machine = binding.Target.from_triple(TRIPLE).create_target_machine(
        opt=3, reloc="static", features=",".join(f"+{feature}" for feature in features)
    )
    module.triple = TRIPLE
    module.data_layout = str(machine.target_data)
    parsed = binding.parse_assembly(str(module))
    parsed.verify()
    names = [function.name for function in module.functions if not function.is_declaration]
    return link(machine.emit_object(parsed), names)


def link(made: bytes, exported: Sequence[str]) -> Module:
    """The object file `made` as a module that exports its functions, which are called `exported` in their order.

    Raises ValueError for an object that needs a linker: one that imports more than its memory.
    """
    sections = dict(_sections(made))
    kinds = sections.keys() - {_CUSTOM}
    if kinds != {_TYPE, _IMPORT, _FUNCTION, _CODE}:
        raise ValueError(f"the object has sections {sorted(kinds)}: it needs a linker")
    imported = sections[_IMPORT]
    if imported[0] != 1 or b"__linear_memory" not in imported:
        raise ValueError("the object imports more than its memory: it needs a linker")
    if sections[_FUNCTION][0] != len(exported):
        raise ValueError(f"the object has {sections[_FUNCTION][0]} functions, {len(exported)} are to be exported")
    limits = bytes([_LEAST_AND_MOST]) + _number(0) + _number(_MOST_PAGES)
    memory = b"\1" + _MEMORY_NAMES + bytes([_MEMORY]) + limits
    exports = _number(len(exported)) + b"".join(
        _number(len(name)) + name.encode() + b"\0" + _number(index) for index, name in enumerate(exported)
    )
    head = _MAGIC + _section(_TYPE, sections[_TYPE])
    before = head + _section(_IMPORT, memory)
    whole = (
        before
        + _section(_FUNCTION, sections[_FUNCTION])
        + _section(_EXPORT, exports)
        + _section(_CODE, sections[_CODE])
    )
    return Module(whole, len(before) - len(limits))


def _sections(made: bytes) -> Iterator[tuple[int, bytes]]:
    if not made.startswith(_MAGIC):
        raise ValueError("LLVM emitted no WebAssembly")
    at = len(_MAGIC)
    while at < len(made):
        kind = made[at]
        size, at = _read_number(made, at + 1)
        yield kind, made[at : at + size]
        at += size


def _section(kind: int, content: bytes) -> bytes:
    return bytes([kind]) + _number(len(content)) + content


def _number(value: int) -> bytes:
    """In LEB128: seven bits a byte, the lowest first."""
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])


def _read_number(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = content[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
