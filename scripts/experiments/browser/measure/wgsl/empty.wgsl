// Nothing: what is left is the launch.
@compute @workgroup_size(1)
fn main() {}
