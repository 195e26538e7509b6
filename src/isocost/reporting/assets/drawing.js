// Axes, zones, bounds and the bars of an hour, drawn anew; ticks as in isocost.reporting.scales.
isocost.drawing = (() => {
  "use strict";
  const { grouped } = isocost.numbers;

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

  // ---- places
  const number = (node, name) => (node.dataset[name] === undefined ? null : Number(node.dataset[name]));
  function scaleOf(node) {
    const [low, high, start, end] = ["low", "high", "start", "end"].map((name) => number(node, name));
    const log = node.dataset.log === "1";
    const at = (value) => {
      const inside = Math.min(Math.max(value, low), high);
      const share = log ? Math.log(inside / low) / Math.log(high / low) : (inside - low) / (high - low);
      return start + share * (end - start);
    };
    return { low, high, start, end, log, at };
  }
  function make(tag, attributes, ...children) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    Object.entries(attributes).forEach(([name, value]) => made.setAttribute(name, value));
    made.append(...children);
    return made;
  }
  const text = (x, y, kind, content, anchor = "start") => make("text", { class: kind, x, y, "text-anchor": anchor }, content);
  const line = (x1, y1, x2, y2, kind) => make("line", { class: kind, x1, y1, x2, y2 });

  function repriceAxis(axis, perSecond) {
    const { low: bottom, high: top, start, end, log } = scaleOf(axis);
    const low = bottom * perSecond, high = top * perSecond;
    const share = (value) => (log ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
    const oldLine = axis.querySelector("line"), oldText = axis.querySelector("text");
    const ticks = (log ? logTicks : linearTicks)(low, high, 5);
    const labels = tickLabels(ticks);
    axis.replaceChildren(...ticks.flatMap((tick, i) => {
      const y = start + share(tick) * (end - start);
      const newLine = oldLine.cloneNode(false), newText = oldText.cloneNode(false);
      newLine.setAttribute("class", tick === 0 && !log ? "base" : "grid");
      newLine.setAttribute("y1", y); newLine.setAttribute("y2", y);
      newText.setAttribute("y", y + 4);
      newText.textContent = labels[i];
      return [newLine, newText];
    }));
  }
  // `shown` holds the loads of each zone to shade, with the name and colour of its deployment.
  function drawZones(container, shown) {
    const { at, start, end } = scaleOf(container), top = number(container, "top"), bottom = number(container, "bottom");
    container.replaceChildren(...shown.map(({ kind, name, loads }) => {
      const left = at(Math.min(...loads) / 1.12), right = at(Math.max(...loads) * 1.12);
      const middle = (left + right) / 2, inside = Math.min(Math.max(middle, start + 28), end - 28);
      return make("g", { class: kind },
        make("title", {}, `Zone of ${name}`),
        make("rect", { class: "zone", x: left, y: top, width: right - left, height: bottom - top }),
        text(inside, middle < (start + end) / 2 ? bottom - 8 : top + 14, "zone-label", "run here", "middle"));
    }));
  }
  // `bounds` holds pairs of a bound in seconds and its label.
  function drawBounds(container, bounds) {
    const scale = scaleOf(container), [left, right, top, factor] = ["left", "right", "top", "factor"].map((name) => number(container, name));
    let beyond = 0;
    container.replaceChildren(...bounds.map(([bound, label]) => {
      const value = bound * factor;
      if (!(scale.low <= value && value <= scale.high)) {
        beyond += 1;
        return text(left + 6, top + 10 + 16 * (beyond - 1), "bound-label", `${label}: beyond this chart`);
      }
      const y = scale.at(value);
      return make("g", {}, line(left, y, right, y, "bound"), text(left + 6, y - 6, "bound-label", label));
    }));
  }

  // ---- the hour
  const textWidth = (content) => 0.56 * 13 * content.length;
  function steps(hour, inside) {
    let reached = 0;
    const names = Object.keys(hour.parts), own = names.filter((name) => inside.includes(name));
    const order = [...own, "accelerator", ...names.filter((name) => !own.includes(name)), "all-in"];
    return order.filter((name) => name in hour.parts || name in hour.totals).map((name) => {
      if (!(name in hour.parts)) return { name, start: 0, value: hour.totals[name], total: true };
      const step = { name, start: reached, value: hour.parts[name], total: false };
      reached += step.value;
      return step;
    });
  }
  function drawAxis(scale, top, bottom, count) {
    const ticks = linearTicks(scale.low, scale.high, count), labels = tickLabels(ticks);
    const axis = make("g", { class: "axis" }, line(scale.start, bottom, scale.end, bottom, "base"));
    let taken = -Infinity;
    ticks.forEach((tick, i) => {
      const x = scale.at(tick), half = textWidth(labels[i]) / 2;
      axis.append(line(x, bottom, x, bottom + 4, "base"));
      if (x - half <= taken + 4) return;
      axis.append(text(x, bottom + 19, "tick", labels[i], "middle"));
      taken = x + half;
    });
    return [...ticks.map((tick) => line(scale.at(tick), top, scale.at(tick), bottom, "grid")), axis];
  }
  function drawHour(container, hour, inside) {
    const [top, bottom, row, bar, count, digits] = ["top", "bottom", "row", "bar", "count", "digits"].map((name) => number(container, name));
    const found = steps(hour, inside), old = scaleOf(container);
    const high = Math.max(...found.map((step) => step.start + step.value)) * 1.02 || 1;
    const scale = { low: 0, high, start: old.start, end: old.end, at: (value) => old.start + (value / high) * (old.end - old.start) };
    const bars = found.map((step, i) => {
      const middle = top + row * (i + 0.5), left = scale.at(step.start), right = scale.at(step.start + step.value);
      return make("g", { class: step.total ? "s1" : "s0" },
        make("title", {}, `${step.name}: ${step.value.toFixed(4)} USD per hour`),
        make("rect", { class: "mark", x: left, y: middle - bar / 2, width: Math.max(right - left, 0), height: bar }),
        text(scale.start - 8, middle + 4, step.total ? "chosen" : "tick", step.name, "end"),
        text(Math.max(left, right) + 6, middle + 4, "label", `$${isocost.numbers.fixed(step.value, digits)}`));
    });
    container.replaceChildren(...drawAxis(scale, top, bottom, count), ...bars);
  }
  return { drawBounds, drawHour, drawZones, linearTicks, logTicks, make, number, repriceAxis, scaleOf, steps, text, tickLabels };
})();
