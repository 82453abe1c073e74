"""The main loop of a kernel is found in the disassembler's text."""

import pytest

from experiments.matmul.measure.sass import Instruction, count, main_loop, parse

# A loop over tiles holds a loop of products and an epilogue; the wait for a barrier lies behind the end of the kernel.
LISTING = """
        .headerflags    @"EF_CUDA_TEXMODE_UNIFIED"
.text._tile:
        /*0000*/                   LDC R1, c[0x0][0x28] ;
        /*0010*/              @!P3 BRA `(.L_x_0) ;
.L_x_1:
        /*0020*/                   MOV R2, RZ ;
.L_x_2:
        /*0030*/                   SYNCS.PHASECHK.TRANS64.TRYWAIT P1, [UR4], R3 ;
        /*0040*/              @!P1 BRA `(.L_x_3) ;
.L_x_4:
        /*0050*/                   LDG.E.128.CONSTANT R4, desc[UR6][R8.64] ;
        /*0060*/                   HGMMA.64x128x16.F32.BF16 R24, gdesc[UR4].tnspB, R24, gsb0 ;
        /*0070*/                   BRA.U UP0, `(.L_x_2) ;
        /*0080*/                   FFMA R4, R5, R6, R7 ;
        /*0090*/               @P2 BRA `(.L_x_1) ;
.L_x_0:
        /*00a0*/                   EXIT ;
.L_x_3:
        /*00b0*/                   SYNCS.PHASECHK.TRANS64.TRYWAIT P1, [UR4], R3 ;
        /*00c0*/              @!P1 BRA `(.L_x_3) ;
        /*00d0*/                   BRA `(.L_x_4) ;
.L_x_9:
        /*00e0*/                   BRA `(.L_x_9);
"""


def test_the_innermost_loop_with_arithmetic_and_with_its_wait() -> None:
    body, successors = parse(LISTING)
    assert len(body) == 15
    assert successors[0] == [1]
    assert successors[1] == [2, 10]
    assert successors[10] == []
    loop, around = main_loop(body, successors)
    assert [each.opcode.split(".")[0] for each in loop] == [
        *("SYNCS", "BRA", "LDG", "HGMMA", "BRA"),
        *("SYNCS", "BRA", "BRA"),
    ]
    assert (len(around), count(around, "FFMA"), count(around, "EXIT")) == (11, 1, 0)
    assert (count(loop, "LDG"), count(loop, "LDG.128"), count(loop, "LDG.64"), count(loop, "FFMA")) == (1, 1, 0, 0)


def test_a_kernel_without_arithmetic_in_a_loop_has_no_main_loop() -> None:
    assert main_loop(*parse(LISTING.replace("HGMMA", "MOV").replace("FFMA", "MOV"))) == ([], [])
    assert main_loop([], []) == ([], [])


def test_an_outer_loop_is_the_main_one_where_inner_ones_only_move() -> None:
    body, successors = parse(LISTING.replace("HGMMA", "MOV"))
    loop, around = main_loop(body, successors)
    assert count(loop, "FFMA") == 1
    assert around == loop


@pytest.mark.parametrize(
    ("opcode", "mnemonic", "is_one"),
    [("LDS.U.128", "LDS.128", True), ("LDSM.16.M88.4", "LDS", False), ("LDG.E", "LDG.128", False)],
)
def test_a_mnemonic_is_a_whole_word(opcode: str, mnemonic: str, is_one: bool) -> None:
    assert Instruction(opcode).is_(mnemonic) is is_one
