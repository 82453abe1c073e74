// Memory is read and written by four numbers at once, and a thread's tile of C is 8×8: of four vectors it makes sixty-four
// multiplications. Every sum has a name, so that none is left in memory.
const SIDE = 64u; // of the workgroup's part of C
const DEPTH = 16u;
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;
var<workgroup> a_tile: array<array<f32, SIDE>, DEPTH>; // columns of A lie as rows
var<workgroup> b_tile: array<array<vec4f, SIDE / 4>, DEPTH>;

fn put(row: u32, column: u32, left: vec4f, right: vec4f) {
  let at = (row * shape.p4 + column) / 4;
  if (row < shape.n && column < shape.p) {
    c[at] = left;
  }
  if (row < shape.n && column + 32 < shape.p) {
    c[at + 8] = right;
  }
}

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_id) here: vec3u,
  @builtin(local_invocation_index) index: u32,
) {
  let row0 = group.y * SIDE;
  let column0 = group.x * SIDE;
  var l0 = vec4f(); var l1 = vec4f(); var l2 = vec4f(); var l3 = vec4f();
  var l4 = vec4f(); var l5 = vec4f(); var l6 = vec4f(); var l7 = vec4f();
  var r0 = vec4f(); var r1 = vec4f(); var r2 = vec4f(); var r3 = vec4f();
  var r4 = vec4f(); var r5 = vec4f(); var r6 = vec4f(); var r7 = vec4f();
  for (var k0 = 0u; k0 < shape.m; k0 += DEPTH) {
    for (var turn = 0u; turn < 4; turn++) {
      let a_row = index / 4 + turn * 16;
      let a_column = (index % 4) * 4;
      let a_at = min(row0 + a_row, shape.n - 1) * shape.m4 + min(k0 + a_column, shape.m4 - 4);
      let four = select(vec4f(), a[a_at / 4], k0 + a_column < shape.m);
      a_tile[a_column][a_row] = four.x;
      a_tile[a_column + 1][a_row] = four.y;
      a_tile[a_column + 2][a_row] = four.z;
      a_tile[a_column + 3][a_row] = four.w;
      let b_row = index / 16 + turn * 4;
      let b_at = min(k0 + b_row, shape.m - 1) * shape.p4 + min(column0 + (index % 16) * 4, shape.p4 - 4);
      b_tile[b_row][index % 16] = select(vec4f(), b[b_at / 4], k0 + b_row < shape.m);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let left = b_tile[k][here.x];
      let right = b_tile[k][here.x + 8];
      let i = here.y * 8;
      var number = a_tile[k][i];
      l0 = fma(vec4f(number), left, l0); r0 = fma(vec4f(number), right, r0);
      number = a_tile[k][i + 1];
      l1 = fma(vec4f(number), left, l1); r1 = fma(vec4f(number), right, r1);
      number = a_tile[k][i + 2];
      l2 = fma(vec4f(number), left, l2); r2 = fma(vec4f(number), right, r2);
      number = a_tile[k][i + 3];
      l3 = fma(vec4f(number), left, l3); r3 = fma(vec4f(number), right, r3);
      number = a_tile[k][i + 4];
      l4 = fma(vec4f(number), left, l4); r4 = fma(vec4f(number), right, r4);
      number = a_tile[k][i + 5];
      l5 = fma(vec4f(number), left, l5); r5 = fma(vec4f(number), right, r5);
      number = a_tile[k][i + 6];
      l6 = fma(vec4f(number), left, l6); r6 = fma(vec4f(number), right, r6);
      number = a_tile[k][i + 7];
      l7 = fma(vec4f(number), left, l7); r7 = fma(vec4f(number), right, r7);
    }
    workgroupBarrier();
  }
  let row = row0 + here.y * 8;
  let column = column0 + here.x * 4;
  put(row, column, l0, r0);
  put(row + 1, column, l1, r1);
  put(row + 2, column, l2, r2);
  put(row + 3, column, l3, r3);
  put(row + 4, column, l4, r4);
  put(row + 5, column, l5, r5);
  put(row + 6, column, l6, r6);
  put(row + 7, column, l7, r7);
}
