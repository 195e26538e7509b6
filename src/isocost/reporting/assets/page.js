// Writes what was computed into the page, and brings the report's own figures back as they were.
isocost.page = (() => {
  "use strict";
  const { decimals, grouped, bracket, probability, shorten, UNKNOWN } = isocost.numbers;
  const { sentence, drawing } = isocost;
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const script = document.getElementById("what-if-data");
  const data = JSON.parse(script.textContent);
  const full = (told) => (told ? [told[0], told[1] ?? null, told[2] ?? null] : null);
  data.deployments.forEach((deployment) => {
    const perSecond = deployment.price === null ? 1 : deployment.price / 3600;
    deployment.levels = deployment.levels.map((level) => ({
      failed: 0, odds: null, repeats: 1, ...level,
      at: parseFloat(level.load), s: full(level.s), premium: full(level.premium),
      cost: full(level.cost) ?? full(level.s).map((each) => (each === null ? null : each * perSecond)),
      seen: Object.fromEntries(data.keys.map((key, i) => [key, full(level.seen[i])]).filter(([, told]) => told !== null)),
    }));
  });
  const { number } = drawing;

  // ---- what the report shows by itself
  const KEPT = [
    ".verdict", ".verdict h1", ".verdict .lead", ".cost", ".cost-unit", ".axis[data-log]", "g[data-level]", "g.zones", "g.bounds",
    "g.waterfall", "g.labels", "span[data-level]", ".odds", ".judged", ".price-phrase", ".cost-tip",
  ];
  const shallow = (node) => node.matches(".verdict");
  const outermost = all(KEPT.join(",")).filter((node) => shallow(node) || !all(KEPT.slice(1).join(",")).some((other) => other !== node && other.contains(node)));
  const kept = outermost.map((node) => ({
    node,
    attributes: Array.from(node.attributes).map(({ name, value }) => [name, value]),
    children: shallow(node) ? null : Array.from(node.childNodes).map((child) => child.cloneNode(true)),
  }));
  function restore() {
    all(".added").forEach((node) => node.remove());
    kept.forEach(({ node, attributes, children }) => {
      Array.from(node.attributes).forEach(({ name }) => node.removeAttribute(name));
      attributes.forEach(([name, value]) => node.setAttribute(name, value));
      if (children) node.replaceChildren(...children.map((child) => child.cloneNode(true)));
    });
  }

  // ---- showing it
  function span(kind, text, attributes = {}) {
    const made = document.createElement("span");
    made.className = kind;
    made.textContent = text;
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }
  function writeVerdict(found) {
    const phrases = sentence.phrases(data, found).map((phrase) => ({ ...phrase, node: phraseNode(phrase, found) }));
    document.querySelector(".verdict h1").replaceChildren(...phrases.filter((each) => each.strong).map((each) => each.node));
    document.querySelector(".verdict .lead").replaceChildren(...phrases.filter((each) => !each.strong).map((each) => each.node));
    document.querySelector(".verdict").classList.toggle("nothing-qualifies", found.chosen === null);
  }
  function phraseNode(phrase, found) {
    const changed = found.usd === null ? "" : " changed";
    if (phrase.cost) return span(`cost${changed}`, phrase.text);
    if (phrase.price) return span(`price-phrase${changed}`, phrase.text);
    return document.createTextNode(phrase.text);
  }
  function costOf(node, found) {
    const names = found.spread === "none" ? ["s"] : ["s", "low", "high"];
    const cost = names.map((name) => (number(node, name) === null ? null : number(node, name) * (found.usd / 3600)));
    return [cost[0], cost[1] ?? null, cost[2] ?? null];
  }
  function repriceCells(found) {
    all(".cost").filter((node) => !node.closest(".verdict")).forEach((node) => {
      node.classList.add("changed");
      if (number(node, "s") === null) { node.textContent = UNKNOWN; return; }
      const cost = costOf(node, found), digits = decimals(...cost), interval = bracket(cost[1], cost[2], digits);
      node.dataset.usd = String(cost[0]);
      node.replaceChildren(span("n", grouped(cost[0], digits)));
      if (interval) node.append(Object.assign(document.createElement("small"), { textContent: interval }));
    });
    all(".cost-tip").forEach((node) => {
      const letters = Array.from(node.textContent), to = number(node, "to");
      const text = letters.slice(0, number(node, "from")).join("") + isocost.numbers.money(costOf(node, found));
      node.dataset.to = String(Array.from(text).length);
      node.textContent = text + letters.slice(to).join("");
    });
    all(".cost-unit").forEach((node) => { node.textContent = "USD"; });
    if (found.usd > 0) all(".axis[data-log]").filter((axis) => axis.dataset.low).forEach((axis) => drawing.repriceAxis(axis, found.usd / 3600));
  }
  const place = (node) => node.dataset.level.split(".").map(Number);
  const levelOf = (node) => { const [i, j] = place(node); return [i, data.deployments[i].levels[j]]; };

  function judgeCharts(found) {
    all("#cost g[data-level]").forEach((node) => {
      const [, level] = levelOf(node), missed = sentence.unmetText(level, found.services);
      const mark = node.querySelector(".open, .full"), tip = node.querySelector("title");
      mark.setAttribute("class", missed ? "open" : "full");
      const letters = Array.from(tip.textContent), to = number(tip, "to") ?? letters.length;
      tip.textContent = letters.slice(0, to).join("") + letters.slice(to).join("").split("\n")[0] + (missed ? `\n${missed}` : "");
    });
    all("g.zones").forEach((container) => {
      const shaded = (i) => found.zones[i].levels.length && (i === found.chosen || !data.together || data.deployments.length < 2);
      drawing.drawZones(container, container.dataset.of.split(" ").map(Number).filter(shaded).map((i) => ({
        kind: data.deployments[i].kind, name: data.deployments[i].label, loads: found.zones[i].levels.map((level) => level.at),
      })));
    });
    all("g.bounds").forEach((container) => {
      const mine = found.services.filter((each) => each.metric === container.dataset.metric);
      drawing.drawBounds(container, mine.map((each) => [each.bound, sentence.label(each)]));
    });
    all("#frontier svg.chart").forEach((chart) => moveHalo(chart, found));
  }
  function moveHalo(chart, found) {
    const best = found.chosen === null ? null : found.zones[found.chosen].best;
    const chosen = all("g[data-level]", chart).find((node) => levelOf(node)[1] === best && place(node)[0] === found.chosen);
    const before = chart.querySelector(".halo");
    if (before && chosen && chosen.contains(before)) return;
    all(".halo, .label.chosen", chart).forEach((node) => node.remove());
    if (!chosen) return;
    const hit = chosen.querySelector(".hit"), [x, y] = [Number(hit.getAttribute("cx")), Number(hit.getAttribute("cy"))];
    const radius = number(chosen, "radius") + 5, right = x < chart.viewBox.baseVal.width / 2;
    all(".label", chart).filter((label) => Math.hypot(Number(label.getAttribute("x")) - x, Number(label.getAttribute("y")) - y) < radius + 9).forEach((label) => label.remove());
    chosen.prepend(drawing.make("circle", { class: "halo", cx: x, cy: y, r: radius }));
    chart.querySelector("g.labels").append(drawing.text(x, y - radius - 6, "label chosen", shorten(`${data.deployments[found.chosen].name} at ${best.load}`, 40), right ? "start" : "end"));
  }
  function judgeTable(found) {
    all("span[data-level]").forEach((node) => {
      const [i, level] = levelOf(node), row = node.closest("tr");
      node.classList.toggle("in-zone", found.zones[i].levels.includes(level));
      const odds = row.querySelector(".odds"), judged = row.querySelector(".judged");
      if (odds) odds.textContent = found.kept[i] && level.odds !== null ? probability(level.odds) : UNKNOWN;
      const text = found.services.length ? sentence.unmetText(level, found.services) || "kept" : "none asked";
      if (judged) { judged.textContent = text; return; }
      row.append(Object.assign(document.createElement("td"), { className: "added", textContent: text }));
    });
    all("table").filter((table) => table.querySelector("td.added")).forEach((table) => {
      const head = Object.assign(document.createElement("th"), { className: "added", textContent: "Service levels", scope: "col" });
      table.tHead.rows[0].append(head);
    });
  }
  const writeState = (state) => { script.dataset.state = JSON.stringify(state); };
  return { all, data, judgeCharts, judgeTable, repriceCells, restore, writeState, writeVerdict };
})();
