// Verdicts on claims by numbers that were made in the page: what render/claims.py says of numbers on record.
//
// A claim is as site/choices.py writes it, in assets/generated/machines/_claims.json; `known` is value by name, in base
// units. Returns `{ holds, left, sign, right, margin }`, each side as `{ number, name }`, or null where `known` lacks a value.
const judge = (() => {
  class UnmeasuredError extends Error {}

  const valueOf = (name, known) => {
    if (!Object.hasOwn(known, name)) throw new UnmeasuredError(name);
    return known[name];
  };

  // The first of the largest terms, or of the least.
  const sideOf = ({ terms, function: choice }, known) => {
    const numbers = terms.map(({ factor, name }) => ({ name, number: name === null ? factor : factor * valueOf(name, known) }));
    const isBetter = choice === "min" ? (a, b) => a < b : (a, b) => a > b;
    return numbers.reduce((best, each) => (isBetter(each.number, best.number) ? each : best));
  };

  const HOLDS = {
    ">": (left, right, margin) => left > right * (1 + margin),
    "<": (left, right, margin) => left * (1 + margin) < right,
    ">=": (left, right, margin) => left >= right * (1 + margin),
    "<=": (left, right, margin) => left * (1 + margin) <= right,
    "==": (left, right) => left === right,
    "≈": (left, right, _, tolerance) => Math.abs(left - right) <= tolerance * Math.abs(right),
  };

  return ({ relations, margins }, known) => {
    try {
      const wide = Math.max(0, ...margins.map((each) => (typeof each === "string" ? valueOf(each, known) : each)));
      const verdicts = relations.map(({ left, sign, right, tolerance }) => {
        const [one, other] = [sideOf(left, known), sideOf(right, known)];
        return { holds: HOLDS[sign](one.number, other.number, wide, tolerance), left: one, sign, right: other, margin: wide };
      });
      return verdicts.find(({ holds }) => !holds) ?? verdicts[0];
    } catch (error) {
      if (error instanceof UnmeasuredError) return null;
      throw error;
    }
  };
})();
