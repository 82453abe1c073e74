// Multiply-adds on registers, with no loads and no dependence: eight vectors of four a thread, TURNS times.
const TURNS = 256u;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = vec4<f32>(f32(id.x % 7) / 8);
  var s0 = x; var s1 = x + 1; var s2 = x + 2; var s3 = x + 3;
  var s4 = x + 4; var s5 = x + 5; var s6 = x + 6; var s7 = x + 7;
  for (var turn = 0u; turn < TURNS; turn++) {
    s0 = fma(s0, x, x); s1 = fma(s1, x, x); s2 = fma(s2, x, x); s3 = fma(s3, x, x);
    s4 = fma(s4, x, x); s5 = fma(s5, x, x); s6 = fma(s6, x, x); s7 = fma(s7, x, x);
  }
  let sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7;
  if (f32(sum.x + sum.y + sum.z + sum.w) == -1) { // never: but the compiler does not know
    c[0] = 1;
  }
}
