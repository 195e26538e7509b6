// Numbers as people read them: the same digits as isocost.reporting.format and core.service_level write.
const isocost = {};
isocost.numbers = (() => {
  "use strict";
  const UNKNOWN = "unknown";
  const magnitude = (value) => Math.floor(Math.log10(Math.abs(value) * 1.0005));

  function decimals(value, low = null, high = null) {
    if (low === null || high === null || !(high > low)) return value ? 2 - magnitude(value) : 0;
    const wanted = Math.ceil(-Math.log10((high - low) / 3) - 1e-9);
    return value ? Math.min(Math.max(wanted, 1 - magnitude(value)), 4 - magnitude(value)) : wanted;
  }
  // toFixed, but halves that are exact go to the even digit.
  function fixed(value, digits) {
    const text = value.toFixed(Math.min(digits, 100));
    const size = Math.abs(value);
    const tail = digits < 60 ? size.toFixed(Math.min(digits + 40, 100)).split(".")[1].slice(digits) : "";
    if (!/^50*$/.test(tail) || !/[13579]$/.test(text)) return text;
    const down = size.toFixed(digits + 1).slice(0, -1).replace(/\.$/, "");
    return (value < 0 ? "-" : "") + (/[13579]$/.test(down) ? text.replace("-", "") : down);
  }
  function grouped(value, digits) {
    if (digits < 0) {
      const unit = 10 ** -digits;
      value = Math.floor(value / unit + 0.5) * unit;
    }
    const [whole, part] = fixed(value, Math.max(digits, 0)).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
    return /[1-9]/.test(text) ? text : text.replace("-", "");
  }
  const bracket = (low, high, digits) => (low === null || high === null ? "" : `[${grouped(low, digits)}, ${grouped(high, digits)}]`);
  function withInterval([value, low, high], before, after) {
    const digits = decimals(value, low, high);
    const interval = bracket(low, high, digits);
    return `${before}${grouped(value, digits)}${after}${interval ? " " + interval : ""}`;
  }
  const money = (cost) => withInterval(cost, "$", "");
  function hourly(price) {
    let digits = price === 0 || price >= 1 ? 2 : Math.max(2, decimals(price));
    let text = grouped(price, digits);
    while (digits > 2 && text.endsWith("0")) { text = text.slice(0, -1); digits -= 1; }
    return `$${text}/h`;
  }
  function timeUnit(seconds) {
    const size = Math.abs(seconds);
    if (size === 0 || size >= 0.9995) return [1, "s"];
    return size >= 0.9995e-3 ? [1e3, "ms"] : [1e6, "us"];
  }
  const scaled = (numbers, factor) => numbers.map((each) => (each === null ? null : each * factor));
  function seconds(seen) {
    const [factor, unit] = timeUnit(seen[0]);
    return withInterval(scaled(seen, factor), "", ` ${unit}`);
  }
  const seen = (triple, key) => (key.startsWith("user_speed") ? withInterval(triple, "", " tokens/s") : seconds(triple));
  function percent(fractions) {
    const [value, low, high] = scaled(fractions, 100);
    const digits = Math.min(decimals(value, low, high), Math.abs(value) >= 1 ? 1 : 2);
    const interval = bracket(low, high, digits);
    return `${value > 0 ? "+" : ""}${grouped(value, digits)} %${interval ? " " + interval : ""}`;
  }
  function probability(value) {
    if (value >= 0.995) return ">0.99";
    return value < 0.005 ? "<0.01" : fixed(value, 2);
  }
  function si(value) {
    const found = [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]].find(([factor]) => Math.abs(value) >= factor);
    if (!found) return general(value, 3);
    const text = grouped(value / found[0], decimals(value / found[0]));
    return (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text) + found[1];
  }
  // As "%g" writes: so many significant digits, no zeros at the end, powers of ten where they are shorter.
  function general(value, digits = 6) {
    if (value === 0) return "0";
    const [mantissa, power] = value.toExponential(digits - 1).split("e");
    const exponent = Number(power);
    const bare = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);
    if (exponent >= -4 && exponent < digits) return bare(value.toFixed(Math.max(digits - 1 - exponent, 0)));
    return `${bare(mantissa)}e${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  function shorten(text, limit) {
    const letters = Array.from(text), tail = Math.floor((limit - 1) / 2);
    return letters.length <= limit ? text : `${letters.slice(0, limit - 1 - tail).join("")}\u2026${letters.slice(-tail).join("")}`;
  }
  const listed = (words) => words.join(" and ");
  return {
    UNKNOWN, bracket, decimals, fixed, general, grouped, hourly, listed, money, percent, probability, seconds, seen, shorten, si, timeUnit,
  };
})();
