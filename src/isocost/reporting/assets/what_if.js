// Computes the page anew for what is tried in its fields.
(() => {
  "use strict";
  const { hourly, UNKNOWN } = isocost.numbers;
  const { economics, sentence, drawing } = isocost;
  const { all, data, restore } = isocost.page;
  const form = document.querySelector(".what-if");
  const fragment = new URLSearchParams(location.hash.slice(1));
  const field = (key) => document.getElementById(key);
  const { number } = drawing;

  // ---- what is asked
  const FAULTS = {
    price: "a price is a number of at least 0",
    utilization: "utilization is above 0 and at most 1",
    electricity: "a price of electricity is a number of at least 0",
    service: "a service level is a number above 0",
  };
  const valid = {
    price: (value) => value >= 0,
    utilization: (value) => value > 0 && value <= 1,
    electricity: (value) => value >= 0,
    service: (value) => value > 0,
  };
  let overridden = false;
  const known = (input) => input.value.trim() === input.dataset.known || Number(input.value) === Number(input.dataset.known);

  function amountOf(key, kind = key) {
    const input = field(key);
    if (!input) return { input, changed: false, fault: null, value: null };
    const text = input.value.trim(), value = Number(text);
    const empty = text === "" && !input.validity.badInput;
    const fault = empty || (!input.validity.badInput && Number.isFinite(value) && valid[kind](value)) ? null : FAULTS[kind];
    if (fault) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return { input, value, fault, changed: !empty && !known(input) };
  }
  function askedServices(faults) {
    return data.services.flatMap((service, i) => {
      if (!field(`service-${i}-on`).checked) return [];
      const { input, value, fault, changed } = amountOf(`service-${i}`, "service");
      if (fault) faults.push(fault);
      return [{ ...service, bound: changed ? value * (1 / Number(input.dataset.factor)) : service.bound }];
    }).filter((each, i, some) => some.findIndex((other) => other.key === each.key && other.bound === each.bound) === i);
  }
  function ask() {
    const faults = [], changes = {};
    for (const name of data.hour ? ["utilization", "electricity"] : []) {
      const { value, fault, changed } = amountOf(name);
      if (fault) faults.push(fault);
      if (changed) changes[name] = name === "electricity" ? value / data.hour.per_usd : value;
    }
    const price = amountOf("price");
    if (overridden && price.fault) faults.push(price.fault);
    const hourChanged = Object.keys(changes).length > 0;
    const own = overridden && price.input.value.trim() !== "" && (hourChanged || price.changed);
    return { faults, changes, hourChanged, price: own ? price.value : null, services: askedServices(faults) };
  }

  // ---- what follows
  const report = { services: data.services.filter((each) => each.asked) };
  report.zones = data.deployments.map((each) => economics.zone(each, report.services));

  function answer(asked) {
    const hour = data.hour ? economics.hour(data.hour, asked.changes) : null;
    const usd = asked.price ?? (asked.hourChanged ? hour.usd : null);
    const prices = data.deployments.map((each) => usd ?? each.price);
    const zones = data.deployments.map((each) => economics.zone(each, asked.services));
    const same = (i) => zones[i].qualified.length === report.zones[i].qualified.length && zones[i].qualified.every((level) => report.zones[i].qualified.includes(level));
    const bests = zones.every((zone, i) => zone.best === report.zones[i].best);
    const spread = usd !== null && asked.price === null ? "none" : usd !== null && !data.exact ? "seconds" : "report";
    const found = {
      usd, prices, zones, hour, services: asked.services, spread,
      chosen: economics.cheapest(data.deployments, zones, prices),
      odds: bests ? data.odds : null,
      levelOdds: (i, level) => (same(i) ? level.odds : null),
      kept: data.deployments.map((each, i) => same(i)),
    };
    found.priceText = (i) => (usd === null ? data.deployments[i].price_text : `(${hourly(usd)} for the deployment, ${asked.price === null ? triedHour(asked.changes) : "tried here"})`);
    found.cost = (i, level) => {
      if (usd === null) return level.cost;
      const cost = level.s.map((each) => (each === null ? null : each * (usd / 3600)));
      return spread === "none" ? [cost[0], null, null] : cost;
    };
    return found;
  }
  function triedHour(changes) {
    const parts = [];
    if ("utilization" in changes) parts.push(`utilization ${field("utilization").value}`);
    if ("electricity" in changes) parts.push(`electricity ${field("electricity").value} ${data.hour.currency} per kWh`);
    return `at ${parts.join(" and ")}, tried here`;
  }

  // ---- saying it
  const sameServices = (some, others) => some.length === others.length && some.every((each, i) => each.key === others[i].key && each.bound === others[i].bound);
  function notes(asked, found, serviceChanged) {
    const said = [];
    if (asked.hourChanged) {
      said.push(asked.price === null
        ? `An hour is computed: ${hourly(found.hour.usd)} for the deployment.`
        : `The price is as you set it; the hour that utilization and electricity make would be ${hourly(found.hour.usd)}. Empty the price to take that.`);
    }
    if (found.spread === "none") said.push("Costs are shown without intervals: those of the report hold the ranges of its assumptions and are not computed anew.");
    if (found.spread === "seconds") said.push("The price is taken as exact; costs whose interval in the report holds the range of its price are shown without one.");
    if (serviceChanged && data.deployments.some((each) => each.levels.some((level) => level.odds !== null)) && !found.kept.every(Boolean)) {
      said.push("Probabilities are left out where other levels qualify than in the report: they are not computed anew.");
    }
    return said.join(" ");
  }
  function state(asked, found) {
    return {
      price: found.usd ?? data.price, hour: found.hour, services: asked.services.map(sentence.label),
      recommended: found.chosen === null ? null : data.deployments[found.chosen].name,
      obstacle: found.chosen === null ? sentence.obstacle(data.deployments.filter((each) => each.fits), asked.services)[0] : null,
      deployments: data.deployments.map((each, i) => ({
        name: each.name, best: found.zones[i].best?.load ?? null, zone: found.zones[i].levels.map((level) => level.load),
        cheapest: found.zones[i].cheapest.load,
        premium: found.zones[i].best ? found.zones[i].best.s[0] / found.zones[i].cheapest.s[0] - 1 : null,
        levels: each.levels.map((level) => ({ load: level.load, cost: found.cost(i, level), unmet: economics.unmet(level, asked.services).map(sentence.label) })),
      })),
    };
  }

  function apply() {
    const asked = ask(), said = form.querySelector(".said");
    if (asked.faults.length) { said.textContent = asked.faults[0]; return; }
    restore();
    const serviceChanged = !sameServices(asked.services, report.services);
    const found = answer(asked), priced = found.usd !== null;
    if (data.hour && asked.price === null && field("price")) field("price").value = asked.hourChanged ? String(Number(found.usd.toPrecision(6))) : field("price").dataset.known;
    const changed = priced || asked.hourChanged || serviceChanged;
    form.querySelector("button[type=reset]").hidden = !changed;
    const silent = data.price === null && data.uniform && !priced ? "costs in machine-seconds until a price is tried" : "";
    said.textContent = changed ? notes(asked, found, serviceChanged) || silent : silent;
    document.body.classList.toggle("no-intervals", found.spread !== "report");
    const inputs = [...(priced ? ["price"] : []), ...(asked.hourChanged ? ["hour"] : []), ...(serviceChanged ? ["service"] : [])];
    all(".stays").forEach((note) => { note.hidden = !note.dataset.on.split(" ").some((each) => inputs.includes(each)); });
    if (priced) isocost.page.repriceCells(found);
    if (serviceChanged) { isocost.page.judgeCharts(found); isocost.page.judgeTable(found); }
    if (asked.hourChanged) all("g.waterfall").forEach((container) => drawing.drawHour(container, found.hour, data.hour.inside));
    if (changed && data.deployments.some((each) => each.fits)) isocost.page.writeVerdict(found);
    isocost.page.writeState(state(asked, found));
    all(".what-if input[type=range]").forEach(follow);
  }

  // ---- sliders
  const reach = (slider) => ["low", "high"].map((name) => number(slider, name));
  function follow(slider) {
    const input = field(slider.dataset.of), value = Number(input.value), [low, high] = reach(slider);
    const share = slider.dataset.log === "1" ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - low) / (high - low);
    if (document.activeElement !== slider) slider.value = String(Math.round((input.value === "" ? 0.5 : share) * slider.max));
    slider.setAttribute("aria-valuetext", input.value === "" ? UNKNOWN : `${input.value} ${input.nextElementSibling.textContent}`);
  }
  function slide(slider) {
    const share = Number(slider.value) / slider.max, [low, high] = reach(slider);
    const value = slider.dataset.log === "1" ? low * (high / low) ** share : low + share * (high - low);
    field(slider.dataset.of).value = String(Number(value.toPrecision(3)));
  }
  function switchOn(key) {
    const box = field(`${key}-on`);
    if (box) { box.checked = true; box.closest(".slider").hidden = false; }
  }
  function changed(event) {
    const target = event.target, key = target.dataset.of ?? target.id;
    if (key === "add-service") {
      if (target.value !== "") { switchOn(`service-${target.value}`); field(`service-${target.value}-slider`).focus(); }
      target.value = "";
    } else {
      if (target.type === "range") slide(target);
      if (target.type !== "checkbox") switchOn(key);
      if (key === "price") overridden = field("price").value.trim() !== "" || field("price").validity.badInput;
    }
    apply();
  }
  function reset() {
    overridden = false;
    data.services.forEach((service, i) => { field(`service-${i}`).closest(".slider").hidden = !service.asked; });
    if (document.activeElement?.type === "range") document.activeElement.blur();
    apply();
  }
  // #price=6.98&utilization=0.5&ttft.p95=0.5 opens the page with these tried; bounds in s or tokens/s, "off" for none.
  function readFragment() {
    for (const key of ["price", "utilization", "electricity"]) {
      if (fragment.has(key) && field(key)) field(key).value = fragment.get(key);
    }
    overridden = fragment.has("price") && field("price") !== null && field("price").value !== "";
    data.services.forEach((service, i) => {
      if (!fragment.has(service.key)) return;
      const text = fragment.get(service.key);
      if (text === "off") { field(`service-${i}-on`).checked = false; return; }
      switchOn(`service-${i}`);
      field(`service-${i}`).value = String(Number(text) * Number(field(`service-${i}`).dataset.factor));
    });
  }
  form.hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(reset));
  form.addEventListener("input", changed);
  readFragment();
  apply();
})();
