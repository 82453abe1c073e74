// Each thread holds a tile of C, 4×4, in registers: of eight numbers read from shared memory it makes sixteen multiplications.
const SIDE = 64u; // of the workgroup's part of C
const DEPTH = 16u;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
var<workgroup> a_tile: array<array<f32, SIDE>, DEPTH>; // columns of A lie as rows
var<workgroup> b_tile: array<array<f32, SIDE>, DEPTH>;

@compute @workgroup_size(16, 16)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) here: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row0 = group.y * SIDE;
  let column0 = group.x * SIDE;
  var sums: array<array<f32, 4>, 4>;
  for (var k0 = 0u; k0 < shape.m; k0 += DEPTH) {
    for (var load = index; load < SIDE * DEPTH; load += 256) {
      let a_row = row0 + load / DEPTH;
      let a_column = k0 + load % DEPTH;
      let a_at = min(a_row, shape.n - 1) * shape.m4 + min(a_column, shape.m4 - 1);
      a_tile[load % DEPTH][load / DEPTH] = select(0.0, a[a_at], a_column < shape.m);
      let b_row = k0 + load / SIDE;
      let b_at = min(b_row, shape.m - 1) * shape.p4 + min(column0 + load % SIDE, shape.p4 - 1);
      b_tile[load / SIDE][load % SIDE] = select(0.0, b[b_at], b_row < shape.m);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      for (var i = 0u; i < 4; i++) {
        let number = a_tile[k][here.y * 4 + i];
        for (var j = 0u; j < 4; j++) {
          sums[i][j] += number * b_tile[k][here.x * 4 + j];
        }
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4; i++) {
    let row = row0 + here.y * 4 + i;
    for (var j = 0u; j < 4; j++) {
      let column = column0 + here.x * 4 + j;
      if (row < shape.n && column < shape.p) {
        c[row * shape.p4 + column] = sums[i][j];
      }
    }
  }
}
