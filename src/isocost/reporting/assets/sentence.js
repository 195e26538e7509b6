// The verdict in words, as isocost.reporting.verdict and obstacle write it. A phrase has its text, and where it is
// a cost or says what the price is, that.
isocost.sentence = (() => {
  "use strict";
  const { general, grouped, listed, money, percent, probability, seen, si, decimals, bracket } = isocost.numbers;
  const { keeps, least, sharpestObstacle, unmet } = isocost.economics;

  function label(asked) {
    if (asked.at_least) return `${asked.name} ${asked.statistic} >= ${general(asked.bound)} tokens/s`;
    const amount = asked.bound < 1 ? `${general(asked.bound * 1e3)} ms` : `${general(asked.bound)} s`;
    return `${asked.name} ${asked.statistic} <= ${amount}`;
  }
  function unmetText(level, services) {
    const missing = unmet(level, services);
    const told = missing.filter((each) => each.key in level.seen), untold = missing.filter((each) => !(each.key in level.seen));
    const part = (verb, some) => (some.length ? [`${verb} ${some.map(label).join(", ")}`] : []);
    return [...part("misses", told), ...part("cannot judge", untold)].join("; ");
  }
  function loads(some, measured) {
    const names = some.map((level) => level.load);
    if (names.length === 1) return names[0];
    const between = measured.slice(measured.indexOf(some[0]), measured.indexOf(some[some.length - 1]));
    const short = names.slice(0, -1).map((name) => name.replace(/ concurrent$/, ""));
    const last = names[names.length - 1];
    return between.some((level) => !some.includes(level)) ? `${short.join(", ")} or ${last}` : `${short[0]}-${last}`;
  }
  function costText(cost, inMoney) {
    if (inMoney) return money(cost);
    const digits = decimals(...cost), interval = bracket(cost[1], cost[2], digits);
    return `${grouped(cost[0], digits)}${interval ? " " + interval : ""} machine-seconds`;
  }
  const costPhrase = (found, i, level, strong) => ({
    text: costText(found.cost(i, level), found.prices[i] !== null), strong, cost: level.s, unit: found.prices[i] === null ? "s" : "usd",
  });

  function choice(data, found) {
    const count = data.deployments.length;
    if (count < 2) return "";
    const surely = found.odds === null ? "" : ` (P ${probability(found.odds)})`;
    const qualified = found.services.length ? " that qualifies" : "";
    if (data.floor === null) {
      const alike = data.deployments.map((each, i) => i).filter((i) => data.deployments[i].rival);
      const rivals = alike.filter((i) => found.prices[i] !== null).length || alike.length;
      if (rivals === 1) return count === 2 ? "The other deployment cannot be compared with it." : `None of the other ${count - 1} deployments can be compared with it.`;
      const of = rivals < count ? `${rivals} comparable deployments, of ${count}` : `${rivals} deployments`;
      return `The cheapest${qualified} of ${of}${surely}.`;
    }
    const fit = data.deployments.filter((each) => each.fits).length;
    const floor = `with at least ${data.floor} parameters`;
    if (fit < 2) return `The only one of ${count} deployments ${floor}.`;
    return `The cheapest${qualified} of ${fit} deployments ${floor}${surely}.`;
  }
  function premium(found, zone) {
    if (!found.services.length) return "";
    const named = listed(found.services.map(label)), asked = named[0].toUpperCase() + named.slice(1);
    const [costs, it] = found.services.length > 1 ? ["cost", "them"] : ["costs", "it"];
    if (zone.best === zone.cheapest) return `${asked} ${costs} nothing: the cheapest level keeps ${it}.`;
    if (zone.best.premium === null) return `${asked}: ${zone.cheapest.load} would be cheaper but does not keep ${it}.`;
    return `${asked} ${costs} ${percent(zone.best.premium)} over the cheapest level (${zone.cheapest.load}).`;
  }
  function best(data, zone, odds) {
    if (odds !== null) return `P(best) ${probability(odds)}${data.several ? " among its levels" : ""}.`;
    return zone.best.repeats > 1 ? "" : "Measured once, so no probability of being best.";
  }
  function recommended(data, found) {
    const i = found.chosen, zone = found.zones[i], deployment = data.deployments[i];
    const details = [choice(data, found), premium(found, zone), best(data, zone, found.levelOdds(i, zone.best)), data.texts[zone.best.conditions]];
    return [
      { text: `Run ${deployment.name} at ${loads(zone.levels, deployment.levels)}: `, strong: true },
      costPhrase(found, i, zone.best, true),
      { text: " per million output tokens", strong: true },
      { text: " " },
      { text: found.priceText(i), price: true },
      { text: ". " + details.filter(Boolean).join(" ") },
    ];
  }

  function distance(miss, asked) {
    if (asked.at_least) return `${isocost.numbers.fixed(miss * 100, 0)} % below the bound`;
    return miss < 2 ? `${isocost.numbers.fixed(miss * 100, 0)} % above the bound` : `${si(miss + 1)} times the bound`;
  }
  function untold(deployments, asked) {
    if (deployments.every((each) => each.ours)) return `Too few requests for the ${asked.statistic}: measure longer.`;
    const told = [...new Set(deployments.flatMap((each) => each.told))].filter((key) => key.startsWith(`${asked.metric}.`)).sort();
    return told.length ? `The file tells ${told.join(", ")}.` : `The file does not tell ${asked.metric}.`;
  }
  // What no level keeps, and one sentence on the level that comes nearest.
  function obstacle(deployments, services) {
    const levels = deployments.flatMap((each) => each.levels);
    const asked = sharpestObstacle(levels, services);
    if (asked === null) {
      const together = listed(services.map(label));
      const head = together ? `no level keeps ${together} together` : "no level could be judged";
      return [head, "Each alone is kept somewhere: relax one of them."];
    }
    const miss = (value) => (asked.at_least ? 1 - value / asked.bound : value / asked.bound - 1);
    const judged = deployments.flatMap((each) => each.levels.filter((level) => asked.key in level.seen).map((level) => ({ each, level })));
    if (!judged.length) return [`${label(asked)} cannot be judged at any level`, untold(deployments, asked)];
    const nearest = least(judged, ({ level }) => miss(level.seen[asked.key][0]));
    const told = nearest.level.seen[asked.key];
    const what = `Nearest is ${nearest.each.label} at ${nearest.level.load} with ${seen(told, asked.key)}`;
    if (keeps(asked, told[0])) return [`no level keeps ${label(asked)}`, `${what}, within the bound, but it misses another service level.`];
    const doubt = told[1] !== null && told[2] !== null && told[1] <= asked.bound && asked.bound <= told[2] ? ", which its interval holds" : "";
    return [`no level keeps ${label(asked)}`, `${what}, ${distance(miss(told[0]), asked)}${doubt}.`];
  }
  function nothing(data, found) {
    const large = data.deployments.map((each, i) => i).filter((i) => data.deployments[i].fits);
    const [head, miss] = obstacle(large.map((i) => data.deployments[i]), found.services);
    const floor = data.floor === null ? "" : `, among models of at least ${data.floor} parameters`;
    const i = least(large, (each) => found.zones[each].cheapest.s[0]);
    const level = found.zones[i].cheapest;
    return [
      { text: `Nothing qualifies: ${head}${floor}.`, strong: true },
      { text: ` ${miss}` },
      { text: ` Without service levels ${data.deployments[i].label} at ${level.load} costs ` },
      costPhrase(found, i, level, false),
      { text: " per million output tokens " },
      { text: found.priceText(i), price: true },
      { text: "." },
    ];
  }
  const phrases = (data, found) => (found.chosen === null ? nothing(data, found) : recommended(data, found));
  return { label, loads, obstacle, phrases, unmetText };
})();
