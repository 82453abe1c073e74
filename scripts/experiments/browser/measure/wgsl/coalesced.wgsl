// The same, but neighbouring threads take neighbouring columns: what they read of B, and write, is one stretch of memory.
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(16, 16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let column = id.x;
  if (row >= shape.n || column >= shape.p) {
    return;
  }
  var sum = 0.0;
  for (var k = 0u; k < shape.m; k++) {
    sum += a[row * shape.m4 + k] * b[k * shape.p4 + column];
  }
  c[row * shape.p4 + column] = sum;
}
