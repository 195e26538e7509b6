// Switches between light and dark.
(() => {
  "use strict";
  const fragment = new URLSearchParams(location.hash.slice(1));
  const root = document.documentElement, button = document.getElementById("theme");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);
  const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
  if (["light", "dark"].includes(fragment.get("theme"))) root.dataset.theme = fragment.get("theme");
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = isDark() ? "light" : "dark"; label(); });
  label();
})();
