// Numbers of sixteen bits: half of the bytes, and on many cards twice the operations. Sums of sixteen products are of
// sixteen bits, what they are added to of thirty-two, so that the error does not grow with the matrix.
enable f16;
const SIDE = 64u; // of the workgroup's part of C
const DEPTH = 16u;
alias vec4h_ = vec4<f16>;
@group(0) @binding(1) var<storage, read> a: array<vec4h_>;
@group(0) @binding(2) var<storage, read> b: array<vec4h_>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;
var<workgroup> a_tile: array<array<f16, SIDE>, DEPTH>; // columns of A lie as rows
var<workgroup> b_tile: array<array<vec4h_, SIDE / 4>, DEPTH>;

@compute @workgroup_size(16, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) here: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row0 = group.y * SIDE;
  let column0 = group.x * SIDE;
  var sums: array<vec4f, 8>;
  for (var k0 = 0u; k0 < shape.m; k0 += DEPTH) {
    for (var turn = 0u; turn < 2; turn++) {
      let a_row = index / 4 + turn * 32;
      let a_column = (index % 4) * 4;
      let a_at = min(row0 + a_row, shape.n - 1) * shape.m4 + min(k0 + a_column, shape.m4 - 4);
      let four = select(vec4h_(), a[a_at / 4], k0 + a_column < shape.m);
      a_tile[a_column][a_row] = four.x;
      a_tile[a_column + 1][a_row] = four.y;
      a_tile[a_column + 2][a_row] = four.z;
      a_tile[a_column + 3][a_row] = four.w;
      let b_row = index / 16 + turn * 8;
      let b_at = min(k0 + b_row, shape.m - 1) * shape.p4 + min(column0 + (index % 16) * 4, shape.p4 - 4);
      b_tile[b_row][index % 16] = select(vec4h_(), b[b_at / 4], k0 + b_row < shape.m);
    }
    workgroupBarrier();
    var short = array<vec4h_, 8>(); // said: where it is not, naga before June 2026 keeps the last sums
    for (var k = 0u; k < DEPTH; k++) {
      let four = b_tile[k][here.x];
      for (var i = 0u; i < 8; i++) {
        short[i] = fma(vec4h_(a_tile[k][here.y * 8 + i]), four, short[i]);
      }
    }
    for (var i = 0u; i < 8; i++) {
      sums[i] += vec4f(short[i]);
    }
    workgroupBarrier();
  }
  let column = column0 + here.x * 4;
  for (var i = 0u; i < 8; i++) {
    let row = row0 + here.y * 8 + i;
    if (row < shape.n && column < shape.p) {
      c[(row * shape.p4 + column) / 4] = sums[i];
    }
  }
}
