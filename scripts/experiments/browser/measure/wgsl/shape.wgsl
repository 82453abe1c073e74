// C = AB, (n, m) by (m, p), row by row. Rows begin at whole vectors of four: `m4` numbers apart in A, `p4` in B and C,
// and what fills them up is zero.
struct Shape {
  n: u32,
  m: u32,
  p: u32,
  m4: u32,
  p4: u32,
}
@group(0) @binding(0) var<uniform> shape: Shape;
