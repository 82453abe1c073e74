// A record in the project's schema, as Python writes it.

// A number as Python prints it: it begins with exponents earlier than JavaScript.
function pythonNumber(number) {
  if (Number.isInteger(number)) return String(number);
  const [digits, exponent] = number.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) return String(number);
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
}

// `json.dumps(content, sort_keys=True, separators=(",", ":"))`.
function canonical(content) {
  if (typeof content === "number") return pythonNumber(content);
  if (typeof content === "string") {
    return JSON.stringify(content).replace(/[\u007f-\uffff]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`);
  }
  if (Array.isArray(content)) return `[${content.map(canonical).join(",")}]`;
  if (content === null || typeof content !== "object") return JSON.stringify(content);
  const pairs = Object.keys(content).sort().map((key) => `${canonical(key)}:${canonical(content[key])}`);
  return `{${pairs.join(",")}}`;
}

async function digestOf(content) {
  if (!globalThis.crypto?.subtle) throw new Error("this page may not compute a digest: it came over plain HTTP");
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(content)));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function toRecord(data, { name }) {
  const called = name.trim() || `${data.agent.browser} on ${data.agent.platform}`;
  const slug = called.toLowerCase().normalize("NFKD").replace(/[^a-z0-9.]+/g, "-").replace(/^[-.]+|[-.]+$/g, "") || "browser";
  const record = {
    schema_version: BUILT.schema_version,
    experiment: BUILT.experiment,
    machine: {
      slug,
      cpu: called,
      cpu_cores: data.threads,
      memory_bytes: null,
      gpu: data.adapter && !data.adapter.fallback ? `${data.adapter.vendor} ${data.adapter.architecture}`.trim() || "WebGPU" : null,
      gpu_memory_bytes: null,
      system: data.agent.platform,
    },
    versions: { [data.agent.browser.toLowerCase().replace(/[^a-z0-9]+/g, "-")]: data.agent.version },
    code: { commit: null, dirty: false, sources: BUILT.sources },
    measured_at: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    origin: "measured",
    quick: false,
    uncontrolled: ["clock_not_pinned", "other_programs_running"],
    data,
    libraries: [],
    set_aside: [],
    load: null,
    doubtful: [],
    broken: [],
  };
  return { ...record, digest: await digestOf(record) };
}
