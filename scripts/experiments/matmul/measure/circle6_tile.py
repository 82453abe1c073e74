"""The tile of C that a block of threads computes, from the fourth step of circle 6 on."""

TILE, DEEP, EACH = 128, 8, 8  # TILE × TILE numbers, DEEP steps of the sum at a time, EACH × EACH numbers in a thread
APART = TILE // EACH  # threads a side; where a thread takes single rows and columns, they are as far from each other
THREADS = APART * APART
# A thread that takes rows and columns by fours has two fours of each, HALF the tile from each other. Rows of A's tile,
# which is transposed, are PADDED: a warp writes its columns into different banks of shared memory.
HALF, PADDED = TILE // 2, TILE + 4
