// C, (m, n), is A, (n, m), transposed: what the backward pass multiplies by. Both sides of the copy walk along rows.
const SIDE = 16u;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
var<workgroup> tile: array<array<f32, SIDE + 1>, SIDE>;

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) here: vec3u) {
  let source = group.xy * SIDE + here.xy;
  let n4 = (shape.n + 3) / 4 * 4;
  if (source.y < shape.n && source.x < shape.m) {
    tile[here.y][here.x] = a[source.y * shape.m4 + source.x];
  }
  workgroupBarrier();
  let made = group.yx * SIDE + here.xy;
  if (made.y < shape.m && made.x < shape.n) {
    c[made.y * n4 + made.x] = tile[here.x][here.y];
  }
}
