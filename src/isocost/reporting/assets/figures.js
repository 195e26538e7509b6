// Walks through the points of a figure by keyboard, says what they are, and lights a unit up in all panels.
(() => {
  "use strict";
  const visible = (node) => node.getClientRects().length > 0;
  const own = (node) => Array.from(node.children).find((child) => child.localName === "title");
  const marked = (figure) => Array.from(figure.querySelectorAll("svg.chart g")).filter((node) => own(node) && visible(node));
  const unitOf = (node) => node?.dataset?.unit;

  function light(figure, unit) {
    figure.querySelectorAll(".lit").forEach((node) => node.classList.remove("lit"));
    if (unit === undefined) return;
    figure.querySelectorAll("[data-unit]").forEach((node) => node.classList.toggle("lit", unitOf(node) === unit));
  }
  function stand(figure, point) {
    figure.querySelectorAll(".here").forEach((node) => node.classList.remove("here"));
    light(figure, unitOf(point));
    const said = figure.querySelector(".point-said");
    said.textContent = point ? own(point).textContent.trim().split("\n").join(" · ") : "";
    if (point) point.classList.add("here");
  }
  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
  function walk(event, figure) {
    const points = ordered(marked(figure));
    const at = points.findIndex((node) => node.classList.contains("here"));
    let next = null;
    if (event.key in STEPS) next = at < 0 ? 0 : Math.min(Math.max(at + STEPS[event.key], 0), points.length - 1);
    else if (event.key === "Home") next = 0;
    else if (event.key === "End") next = points.length - 1;
    else if (event.key !== "Escape") return;
    event.preventDefault();
    stand(figure, next === null ? null : points[next]);
  }
  // Panel by panel; within one as drawn, or from left to right where units are strewn over a plane.
  function ordered(points) {
    const panels = [...new Set(points.map((node) => node.closest("svg")))];
    const across = (node) => { const box = node.getBoundingClientRect(); return box.left + box.width / 2; };
    const key = (node, i) => [panels.indexOf(node.closest("svg")), node.matches(".unit:not(.row)") ? across(node) : 0, i];
    const keyed = points.map((node, i) => [node, key(node, i)]);
    keyed.sort(([, one], [, other]) => one[0] - other[0] || one[1] - other[1] || one[2] - other[2]);
    return keyed.map(([node]) => node);
  }
  document.querySelectorAll("figure.plot").forEach((figure) => {
    const panels = figure.querySelector(".panels");
    if (!panels || marked(figure).length === 0) return;
    const said = document.createElement("p");
    said.className = "point-said";
    said.setAttribute("role", "status");
    panels.after(said);
    panels.tabIndex = 0;
    panels.setAttribute("role", "group");
    panels.setAttribute("aria-label", "Points of the figure: arrow keys go from one to the next");
    panels.addEventListener("keydown", (event) => walk(event, figure));
    panels.addEventListener("blur", () => stand(figure, null));
    panels.addEventListener("pointerover", (event) => light(figure, unitOf(event.target.closest?.("[data-unit]"))));
    panels.addEventListener("pointerleave", () => light(figure, unitOf(figure.querySelector(".here"))));
  });
})();
