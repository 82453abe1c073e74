// Read all of A once, each thread every `p`-th vector.
@group(0) @binding(1) var<storage, read> a: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  var sum = vec4f();
  for (var at = id.x; at < shape.n; at += shape.p) {
    sum += a[at];
  }
  if (sum.x + sum.y + sum.z + sum.w == -1e30) { // never: but the compiler does not know
    c[0] = 1;
  }
}
