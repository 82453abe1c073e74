// No shared memory and no barrier: four threads of a subgroup read four numbers of A, and hand them to all of it.
enable subgroups;
const ROWS = 8u;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(local_invocation_index) index: u32,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let row0 = group.y * ROWS;
  let column = (group.x * 64 + index) * 4;
  let b_column = min(column, shape.p4 - 4);
  var sums: array<vec4f, ROWS>;
  for (var k0 = 0u; k0 < shape.m; k0 += 4) {
    var mine: array<f32, ROWS>;
    for (var i = 0u; i < ROWS; i++) {
      mine[i] = a[min(row0 + i, shape.n - 1) * shape.m4 + k0 + lane % 4];
    }
    let b0 = b[(k0 * shape.p4 + b_column) / 4];
    let b1 = b[(min(k0 + 1, shape.m - 1) * shape.p4 + b_column) / 4];
    let b2 = b[(min(k0 + 2, shape.m - 1) * shape.p4 + b_column) / 4];
    let b3 = b[(min(k0 + 3, shape.m - 1) * shape.p4 + b_column) / 4];
    for (var i = 0u; i < ROWS; i++) {
      sums[i] = fma(vec4f(subgroupBroadcast(mine[i], 0u)), b0, sums[i]);
      sums[i] = fma(vec4f(subgroupBroadcast(mine[i], 1u)), b1, sums[i]);
      sums[i] = fma(vec4f(subgroupBroadcast(mine[i], 2u)), b2, sums[i]);
      sums[i] = fma(vec4f(subgroupBroadcast(mine[i], 3u)), b3, sums[i]);
    }
  }
  for (var i = 0u; i < ROWS; i++) {
    if (row0 + i < shape.n && column < shape.p) {
      c[((row0 + i) * shape.p4 + column) / 4] = sums[i];
    }
  }
}
