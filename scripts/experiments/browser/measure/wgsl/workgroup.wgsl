// A workgroup's threads load a tile of A and one of B into memory that they share, and each number is read sixteen times there.
const TILE = 16u;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
var<workgroup> a_tile: array<array<f32, TILE>, TILE>;
var<workgroup> b_tile: array<array<f32, TILE>, TILE>;

@compute @workgroup_size(TILE, TILE)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(local_invocation_id) here: vec3u) {
  let row = id.y;
  let column = id.x;
  var sum = 0.0;
  for (var k0 = 0u; k0 < shape.m; k0 += TILE) {
    let a_column = k0 + here.x;
    let b_row = k0 + here.y;
    a_tile[here.y][here.x] = select(0.0, a[min(row, shape.n - 1) * shape.m4 + min(a_column, shape.m4 - 1)], a_column < shape.m);
    b_tile[here.y][here.x] = select(0.0, b[min(b_row, shape.m - 1) * shape.p4 + min(column, shape.p4 - 1)], b_row < shape.m);
    workgroupBarrier();
    for (var k = 0u; k < TILE; k++) {
      sum += a_tile[here.y][k] * b_tile[k][here.x];
    }
    workgroupBarrier();
  }
  if (row < shape.n && column < shape.p) {
    c[row * shape.p4 + column] = sum;
  }
}
