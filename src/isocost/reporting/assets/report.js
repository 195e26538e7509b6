// Re-prices the page from machine-seconds, and switches between light and dark. Digits and ticks as in
// isocost.reporting.format and isocost.reporting.scales, so that a price tried here reads like one given there.
(() => {
  "use strict";
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const fragment = new URLSearchParams(location.hash.slice(1));

  // ---- numbers
  const magnitude = (value) => Math.floor(Math.log10(Math.abs(value) * 1.0005));
  function decimals(value, low, high) {
    if (low === null || high === null || !(high > low)) return value ? 2 - magnitude(value) : 0;
    const wanted = Math.ceil(-Math.log10((high - low) / 3) - 1e-9);
    return value ? Math.min(Math.max(wanted, 1 - magnitude(value)), 4 - magnitude(value)) : wanted;
  }
  function grouped(value, digits) {
    if (digits < 0) {
      const unit = 10 ** -digits;
      value = Math.floor(value / unit + 0.5) * unit;
    }
    const [whole, part] = value.toFixed(Math.min(Math.max(digits, 0), 100)).split(".");
    return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (part ? "." + part : "");
  }
  function costText(cost) {
    const digits = decimals(...cost);
    const interval = cost[1] === null ? "" : `[${grouped(cost[1], digits)}, ${grouped(cost[2], digits)}]`;
    return { number: grouped(cost[0], digits), interval };
  }
  function hourly(price) {
    let digits = price === 0 || price >= 1 ? 2 : Math.max(2, decimals(price, null, null));
    let text = grouped(price, digits);
    while (digits > 2 && text.endsWith("0")) { text = text.slice(0, -1); digits -= 1; }
    return `$${text}/h`;
  }

  // ---- ticks
  function linearTicks(low, high, count) {
    const rough = (high - low) / count;
    const power = Math.floor(Math.log10(rough) + 1e-9);
    const step = [1, 2, 5, 10].find((nice) => nice * 10 ** power >= rough * 0.999) * 10 ** power;
    const digits = Math.min(Math.max(0, 1 - Math.floor(Math.log10(step) + 1e-9)), 100);
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i += 1) found.push(Number((i * step).toFixed(digits)));
    return found;
  }
  function logTicks(low, high, count) {
    let found = [];
    for (const steps of [[1, 2, 5], [1, 3], [1]]) {
      found = [];
      for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
        for (const step of steps) {
          const tick = step * 10 ** power;
          if (tick >= low * 0.999999 && tick <= high * 1.000001) found.push(tick);
        }
      }
      if (found.length <= count + 3) break;
    }
    return found.length > 2 ? found : linearTicks(low, high, count);
  }
  const needed = (value) => {
    for (let d = 0; d < 12; d += 1) if (Math.abs(Number(value.toFixed(d)) - value) <= 1e-6 * Math.abs(value)) return d;
    return 12;
  };
  function tickLabels(ticks) {
    const steps = ticks.slice(1).map((tick, i) => tick - ticks[i]);
    const even = steps.length > 0 && Math.max(...steps) <= Math.min(...steps) * 1.001;
    const most = Math.max(0, ...ticks.map(needed));
    return ticks.map((tick) => "$" + (tick ? grouped(tick, even ? most : needed(tick)) : "0"));
  }

  // ---- what if
  const field = document.getElementById("price");
  const keep = (nodes) => nodes.map((node) => [node, Array.from(node.childNodes).map((child) => child.cloneNode(true))]);
  const kept = keep(all(".cost, .cost-unit, .cost-tip, .price-phrase, .axis[data-log]"));
  const restore = () => kept.forEach(([node, children]) => node.replaceChildren(...children.map((child) => child.cloneNode(true))));
  const read = (node, name) => (node.dataset[name] === undefined ? null : Number(node.dataset[name]));

  function costOf(node, perSecond) {
    return ["s", "low", "high"].map((name) => {
      const seconds = read(node, name);
      return seconds === null ? null : seconds * perSecond;
    });
  }
  function element(tag, kind, text) {
    const made = document.createElement(tag);
    made.className = kind;
    made.textContent = text;
    return made;
  }
  function repriceText(perSecond) {
    all(".cost").forEach((node) => {
      if (read(node, "s") === null) { node.textContent = "unknown"; return; }
      const { number, interval } = costText(costOf(node, perSecond));
      if (node.dataset.form === "sentence") node.textContent = `$${number}${interval ? " " + interval : ""}`;
      else node.replaceChildren(element("span", "n", number), ...(interval ? [element("small", "", interval)] : []));
    });
    all(".cost-tip").forEach((node) => {
      const { number, interval } = costText(costOf(node, perSecond));
      const letters = Array.from(node.textContent);
      const before = letters.slice(0, read(node, "from")).join(""), after = letters.slice(read(node, "to")).join("");
      node.textContent = `${before}$${number}${interval ? " " + interval : ""}${after}`;
    });
    all(".cost-unit").forEach((node) => { node.textContent = "USD"; });
  }
  function repriceAxis(axis, perSecond) {
    const low = read(axis, "low") * perSecond, high = read(axis, "high") * perSecond;
    const start = read(axis, "start"), end = read(axis, "end"), log = axis.dataset.log === "1";
    const share = (value) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
    const line = axis.querySelector("line"), text = axis.querySelector("text");
    const ticks = (log ? logTicks : linearTicks)(low, high, 5);
    const labels = tickLabels(ticks);
    const drawn = ticks.flatMap((tick, i) => {
      const y = start + share(tick) * (end - start);
      const newLine = line.cloneNode(false), newText = text.cloneNode(false);
      newLine.setAttribute("class", tick === 0 && !log ? "base" : "grid");
      newLine.setAttribute("y1", y); newLine.setAttribute("y2", y);
      newText.setAttribute("y", y + 4);
      newText.textContent = labels[i];
      return [newLine, newText];
    });
    axis.replaceChildren(...drawn);
  }
  function reprice() {
    const text = field.value.trim();
    const price = Number(text);
    const valid = text === "" ? !field.validity.badInput : Number.isFinite(price) && price >= 0;
    field.setAttribute("aria-invalid", String(!valid));
    const said = document.querySelector(".said");
    if (!valid) { said.textContent = "a price is a number of at least 0"; return; }
    restore();
    const same = text === "" || (field.dataset.known !== "" && price === Number(field.dataset.known));
    document.querySelector(".what-if button").hidden = same;
    said.textContent = text === "" && field.dataset.known === "" ? "costs in machine-seconds until then" : "";
    all(".cost, .price-phrase").forEach((node) => node.classList.toggle("changed", !same));
    if (same) return;
    const perSecond = price / 3600;
    repriceText(perSecond);
    if (price > 0) all(".axis[data-log]").forEach((axis) => repriceAxis(axis, perSecond));
    all(".price-phrase").forEach((node) => { node.textContent = `(${hourly(price)} for the deployment, tried here)`; });
  }
  if (field) {
    const form = field.closest("form");
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(reprice));
    field.addEventListener("input", reprice);
    if (fragment.has("price")) field.value = fragment.get("price");
    reprice();
  }

  // ---- light and dark
  const root = document.documentElement, button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (["light", "dark"].includes(fragment.get("theme"))) root.dataset.theme = fragment.get("theme");
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); });
  label();
})();
