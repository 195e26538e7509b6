// Pure formulas, as isocost.economics has them: the hour (ownership.py), which levels keep which service levels
// (service.py), the zone (zone.py), and the cheapest of all deployments (studies.choice).
isocost.economics = (() => {
  "use strict";
  const HOURS_PER_YEAR = 8760;
  const LEAST_RATE = 2.2250738585072014e-308;

  const energy = (v, watts) => (watts / 1000) * v.pue * v.electricity;
  const straightLine = (v, price) => (price * (1 - (v.residual_share ?? 0))) / v.lifetime_years / HOURS_PER_YEAR;
  const recovery = (rate, years) => (rate > LEAST_RATE ? rate / -Math.expm1(-years * Math.log1p(rate)) : 1 / years);
  function annuity(v, price) {
    const rate = v.cost_of_capital ?? 0, residual = v.residual_share ?? 0;
    return (price * ((1 - residual) * recovery(rate, v.lifetime_years) + residual * rate)) / HOURS_PER_YEAR;
  }
  const upkeep = (v, price) => (price * v.maintenance_rate) / HOURS_PER_YEAR;

  function published(v) {
    return {
      depreciation: v.purchase_price / (v.lifetime_years * HOURS_PER_YEAR * v.utilization),
      maintenance: upkeep(v, v.purchase_price),
      power: energy(v, v.full_power_w),
    };
  }
  function accelerator(v) {
    const price = v.purchase_price, used = v.utilization, idle = v.idle_power_w ?? 0;
    const parts = { depreciation: straightLine(v, price) / used };
    if ("cost_of_capital" in v) parts["cost of capital"] = (annuity(v, price) - straightLine(v, price)) / used;
    parts.maintenance = upkeep(v, price) / used;
    parts.power = energy(v, idle + (v.load ?? 1) * (v.full_power_w - idle));
    if ("idle_power_w" in v) parts["idle power"] = (energy(v, idle) * (1 - used)) / used;
    return parts;
  }
  function around(v) {
    const equipment = (price) => annuity(v, price) + upkeep(v, price);
    const paid = {};
    if ("server_price" in v) paid.server = equipment(v.server_price);
    if ("network_price" in v) paid.network = equipment(v.network_price);
    if ("server_power_w" in v) paid["server power"] = energy(v, v.server_power_w);
    if ("rack_per_kw_month" in v) {
      paid.rack = (((v.full_power_w + (v.server_power_w ?? 0)) / 1000) * v.rack_per_kw_month * 12) / HOURS_PER_YEAR;
    }
    if ("staff_per_year" in v) paid.staff = v.staff_per_year / HOURS_PER_YEAR;
    return Object.fromEntries(Object.entries(paid).map(([name, amount]) => [name, amount / v.utilization]));
  }
  function hourlyParts(v, formula, boundary) {
    if (formula === "published") return published(v);
    return { ...accelerator(v), ...(boundary === "all-in" ? around(v) : {}) };
  }
  const sum = (parts) => Object.values(parts).reduce((total, part) => total + part, 0);
  // What one costs by part, within each boundary, and all of them together.
  function hour(given, changes) {
    const values = { ...given.values, ...changes };
    const boundaries = given.formula === "published" ? ["accelerator"] : ["accelerator", "all-in"];
    const totals = Object.fromEntries(boundaries.map((each) => [each, sum(hourlyParts(values, given.formula, each))]));
    const parts = hourlyParts(values, given.formula, boundaries[boundaries.length - 1]);
    return { parts, totals, usd: given.count * totals[given.boundary] };
  }

  const keeps = (asked, value) => (asked.at_least ? value >= asked.bound : value <= asked.bound);
  function unmet(level, services) {
    return services.filter((asked) => {
      const told = level.seen[asked.key];
      return told === undefined || !keeps(asked, told[0]) || level.failed >= 1 - asked.share;
    });
  }
  const least = (items, size) => items.reduce((best, each) => (size(each) < size(best) ? each : best));
  const most = (items, size) => items.reduce((best, each) => (size(each) > size(best) ? each : best));

  function nearestMiss(levels, asked) {
    const seen = levels.map((level) => level.seen[asked.key]).filter((told) => told !== undefined).map((told) => told[0]);
    if (!seen.length) return 0;
    return asked.at_least ? asked.bound / Math.max(...seen) : Math.min(...seen) / asked.bound;
  }
  // The service level that every level misses, and the nearest misses most; null: each is kept somewhere.
  function sharpestObstacle(levels, services) {
    const missed = services.filter((asked) => levels.every((level) => unmet(level, services).includes(asked)));
    return missed.length ? most(missed, (asked) => nearestMiss(levels, asked)) : null;
  }
  function zone(deployment, services) {
    const { levels, tolerance } = deployment;
    const cost = (level) => level.s[0];
    const cheapest = least(levels, cost);
    const qualified = levels.filter((level) => !unmet(level, services).length);
    if (!qualified.length) return { best: null, levels: [], cheapest, qualified, obstacle: sharpestObstacle(levels, services) };
    const best = least(qualified, cost);
    const limit = cost(best) * (1 + tolerance);
    return { best, levels: qualified.filter((level) => cost(level) <= limit), cheapest, qualified, obstacle: null };
  }
  // The cheapest of those that qualify, compete and, where prices are known of some, have one.
  function cheapest(deployments, zones, prices) {
    const able = deployments.map((each, i) => i).filter((i) => deployments[i].rival && zones[i].best !== null);
    const priced = able.filter((i) => prices[i] !== null);
    const rivals = priced.length ? priced : able;
    if (!rivals.length) return null;
    return least(rivals, (i) => (prices[i] === null ? 1 : prices[i] / 3600) * zones[i].best.s[0]);
  }
  return { cheapest, hour, hourlyParts, keeps, least, sharpestObstacle, unmet, zone };
})();
