// Offers each figure as SVG and CSV, and each table as CSV; made in the page, nothing is fetched.
(() => {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const DRAWN = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "opacity", "paint-order"];
  const LETTERS = ["font-family", "font-size", "font-weight", "font-style"];
  const visible = (node) => node.getClientRects().length > 0;
  const words = (node) => (node ? node.textContent.replace(/\s+/g, " ").trim() : "");

  // ---- CSV
  const NUMBER = /^[+-]?(\d+(,\d{3})*(\.\d+)?|\.\d+)(e[+-]?\d+)?$/i;
  // A spreadsheet runs what begins like a formula; an apostrophe before it keeps it text. Plain numbers stay.
  function cell(text) {
    const held = /^\s*[=+\-@\t\r\n]/.test(text) && !NUMBER.test(text) ? `'${text}` : text;
    return /[",\n\r]/.test(held) ? `"${held.replaceAll('"', '""')}"` : held;
  }
  const csv = (rows) => rows.map((row) => row.map(cell).join(",") + "\r\n").join("");
  const cellText = (node) => Array.from(node.childNodes).map((child) => words(child)).filter((text) => text).join(" ");
  function tableRows(table) {
    const heads = Array.from(table.tHead ? table.tHead.rows : []).map((row) => ["group", ...Array.from(row.cells, cellText)]);
    let group = "";
    const rows = Array.from(table.tBodies).flatMap((body) => Array.from(body.rows)).flatMap((row) => {
      if (row.classList.contains("group")) { group = words(row); return []; }
      return [[group, ...Array.from(row.cells, cellText)]];
    });
    const grouped = rows.some((row) => row[0] !== "");
    return [...heads, ...rows].map((row) => (grouped ? row : row.slice(1)));
  }
  // Figures without numbers of their own give what their tooltips say: one row a point, one cell a line.
  function tipRows(figure) {
    const rows = Array.from(figure.querySelectorAll("svg.chart")).filter(visible).flatMap((svg) => {
      const panel = words(svg.closest(".panel").querySelector("h3"));
      const tips = Array.from(svg.querySelectorAll("g > title"));
      return tips.map((tip) => [panel, ...tip.textContent.trim().split("\n").map((line) => line.trim())]);
    });
    const most = Math.max(0, ...rows.map((row) => row.length - 1));
    const heading = ["panel", ...Array.from({ length: most }, (_, i) => `line ${i + 1}`)];
    return [heading, ...rows.map((row) => [...row, ...Array(most + 1 - row.length).fill("")])];
  }
  function figureRows(figure) {
    const data = figure.querySelector("pre.figure-data");
    return data ? data.textContent.split("\n").map((line) => line.split("\t")) : tipRows(figure);
  }

  // ---- SVG
  function styled(node) {
    const copy = node.cloneNode(true), copies = copy.querySelectorAll("*"), seen = getComputedStyle(node);
    node.querySelectorAll("*").forEach((each, i) => {
      const style = getComputedStyle(each), target = copies[i];
      if (style.display === "none") { target.setAttribute("display", "none"); return; }
      if (["title", "desc"].includes(each.localName)) return;
      [...DRAWN, ...(each.localName === "text" ? LETTERS : [])].forEach((name) => target.setAttribute(name, style.getPropertyValue(name)));
    });
    copy.removeAttribute("class");
    copy.setAttribute("color", seen.color);
    return copy;
  }
  function made(name, attributes, text) {
    const node = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    if (text !== undefined) node.textContent = text;
    return node;
  }
  function line(text, x, y, source, limit) {
    const style = getComputedStyle(source), size = Math.min(parseFloat(style.fontSize), 20);
    const rows = [""], letters = Math.max(20, Math.floor(limit / (size * 0.55)));
    for (const word of text.split(" ")) {
      if (rows.at(-1) && rows.at(-1).length + word.length + 1 > letters) rows.push(word);
      else rows[rows.length - 1] += (rows.at(-1) ? " " : "") + word;
    }
    const font = { fill: style.color, "font-family": style.fontFamily, "font-size": size, "font-weight": style.fontWeight };
    return { nodes: rows.map((row, i) => made("text", { x, y: y + size + i * size * 1.35, ...font }, row)), height: rows.length * size * 1.35 + 6 };
  }
  function drawing(figure) {
    const charts = Array.from(figure.querySelectorAll("svg.chart")).filter(visible);
    const columns = Math.min(charts.length, getComputedStyle(figure.querySelector(".panels")).gridTemplateColumns.split(" ").length);
    const boxes = charts.map((chart) => chart.viewBox.baseVal);
    const across = Math.max(...boxes.map((box) => box.width)), width = across * columns + 24 * (columns - 1) + 32;
    const body = [];
    let y = 12;
    const write = (source) => {
      if (!words(source)) return;
      const { nodes, height } = line(words(source), 16, y, source, width - 32);
      body.push(...nodes);
      y += height;
    };
    write(figure.querySelector("h2"));
    write(figure.querySelector(".subtitle"));
    let x = 16;
    const items = Array.from(figure.querySelectorAll(".legend li"));
    items.forEach((item) => {
      const room = 40 + words(item).length * 8;
      if (x + room > width && x > 16) { x = 16; y += 22; }
      const swatch = styled(item.querySelector("svg"));
      ["x", "y", "width", "height"].forEach((name, i) => swatch.setAttribute(name, [x, y + 4, 16, 16][i]));
      body.push(swatch, ...line(words(item), x + 22, y + 2, item, 1e4).nodes);
      x += room;
    });
    y += items.length ? 28 : 4;
    let tallest = 0;
    charts.forEach((chart, i) => {
      const column = i % columns, title = chart.closest(".panel").querySelector("h3");
      if (column === 0) { y += tallest; tallest = 0; }
      const left = 16 + column * (across + 24);
      let used = 0;
      if (title) {
        const { nodes, height } = line(words(title), left, y, title, across);
        body.push(...nodes);
        used = height;
      }
      const copy = styled(chart);
      ["x", "y", "width", "height"].forEach((name, k) => copy.setAttribute(name, [left, y + used, boxes[i].width, boxes[i].height][k]));
      body.push(copy);
      tallest = Math.max(tallest, used + boxes[i].height + 12);
    });
    y += tallest;
    write(figure.querySelector("figcaption"));
    const height = y + 12;
    const whole = made("svg", { viewBox: `0 0 ${width} ${height}`, width, height });
    whole.append(made("rect", { width, height, fill: getComputedStyle(document.body).backgroundColor }), ...body);
    return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(whole)}\n`;
  }

  // ---- buttons
  function save(name, kind, content) {
    const address = URL.createObjectURL(new Blob([content], { type: `${kind};charset=utf-8` }));
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }
  const fileName = (text) => text.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60) || "figure";
  function offer(label, of, act) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-label", `${label} of ${of}`);
    button.addEventListener("click", act);
    return button;
  }
  function row(...buttons) {
    const made = document.createElement("p");
    made.className = "downloads";
    made.append(...buttons);
    return made;
  }
  const title = document.querySelector(".masthead bdi");
  const file = (key, end) => `${fileName(`${words(title)} ${key}`)}.${end}`;
  document.querySelectorAll("figure.plot").forEach((figure) => {
    const name = words(figure.querySelector("h2"));
    figure.append(row(
      offer("CSV", name, () => save(file(figure.id, "csv"), "text/csv", csv(figureRows(figure)))),
      offer("SVG", name, () => save(file(figure.id, "svg"), "image/svg+xml", drawing(figure))),
    ));
  });
  document.querySelectorAll("details.table").forEach((details) => {
    const name = words(details.querySelector("h2"));
    details.append(row(offer("CSV", name, () => save(file(name, "csv"), "text/csv", csv(tableRows(details.querySelector("table")))))));
  });
})();
