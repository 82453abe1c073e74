// Numbers of thirty-two bits as numbers of sixteen.
enable f16;
@group(0) @binding(1) var<storage, read> wide: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> narrow: array<vec4<f16>>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < arrayLength(&narrow)) {
    narrow[id.x] = vec4<f16>(wide[id.x]);
  }
}
