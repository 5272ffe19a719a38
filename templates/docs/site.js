"use strict";
(() => {
  const root = document.body.dataset.root;
  const MOST_RESULTS = 30;
  const MOST_EACH = MOST_RESULTS / 2;

  // --- theme ---------------------------------------------------------------------------------------------------
  const theme = document.getElementById("theme");
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
  const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
  theme.hidden = false;
  nameTheme();
  dark.addEventListener("change", nameTheme);
  theme.addEventListener("click", () => {
    const chosen = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = chosen;
    nameTheme();
    try { localStorage.setItem("hooksmith-theme", chosen); } catch { /* Kept for this page alone. */ }
  });

  // --- copy ----------------------------------------------------------------------------------------------------
  const copyText = async (code) => {
    try {
      await navigator.clipboard.writeText(code.textContent);
    } catch {
      // Browsers without a clipboard for files copy what is selected.
      const selection = getSelection();
      selection.selectAllChildren(code);
      document.execCommand("copy");
      selection.removeAllRanges();
    }
  };
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await copyText(button.parentElement.querySelector("code"));
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }

  // --- filters -------------------------------------------------------------------------------------------------
  const filters = document.getElementById("filters");
  if (filters) {
    const [text, group, prefix, count] = ["text", "group", "prefix", "count"].map((name) => document.getElementById(`filter-${name}`));
    const items = [...document.querySelectorAll("#items > li")];
    filters.hidden = false;
    const apply = () => {
      const words = text.value.toLowerCase().split(/\s+/);
      let shown = 0;
      for (const item of items) {
        const content = item.textContent.toLowerCase();
        const fits = words.every((word) => content.includes(word))
          && (!group.value || item.dataset.group === group.value)
          && (!prefix?.value || item.dataset.prefix === prefix.value);
        item.hidden = !fits;
        shown += fits;
      }
      count.textContent = `${shown} of ${items.length}`;
    };
    filters.addEventListener("input", apply);
    filters.addEventListener("submit", (event) => event.preventDefault());
    apply();
  }

  // --- search --------------------------------------------------------------------------------------------------
  const input = document.getElementById("search");
  if (!input) return;
  const results = document.getElementById("results");
  const policy = window.trustedTypes?.createPolicy("hooksmith", { createScriptURL: (url) => url });
  let loading = null;
  let selected = -1;
  input.hidden = false;

  const load = () => loading ??= new Promise((resolve) => {
    const script = document.createElement("script");
    const url = `${root}search-index.js`;
    script.src = policy ? policy.createScriptURL(url) : url;
    script.addEventListener("load", resolve);
    document.head.append(script);
  });

  const score = (name, words) => {
    const lower = name.toLowerCase();
    if (!words.every((word) => lower.includes(word))) return 0;
    if (lower === words.join(" ")) return 4;
    return lower.startsWith(words[0]) ? 3 : 2;
  };

  const anchor = (path) => "#" + encodeURIComponent("field." + path.replace(/\s/gu, "_"));

  const find = (words) => {
    const hits = [];
    for (const [category, name, page, summary, fields] of window.searchEntries) {
      const rank = score(name, words) || (words.every((word) => `${name} ${summary}`.toLowerCase().includes(word)) ? 1 : 0);
      if (rank) hits.push({ rank: rank + (category === "event" ? 0.5 : 0), name, category, detail: summary, href: page });
      for (const path of fields) {
        const fits = words.every((word) => path.toLowerCase().includes(word) || name.toLowerCase().includes(word))
          && words.some((word) => path.toLowerCase().includes(word));
        if (fits) {
          const last = path.slice(path.lastIndexOf(".") + 1).toLowerCase();
          const isExact = words.includes(path.toLowerCase()) || words.includes(last);
          hits.push({ rank: isExact ? 2.2 : 0.9, name: path, category: "field", detail: `${category} ${name}`, href: page + anchor(path) });
        }
      }
    }
    const best = hits.sort((a, b) => b.rank - a.rank || a.name.length - b.name.length);
    const fields = best.filter((hit) => hit.category === "field");
    const named = best.filter((hit) => hit.category !== "field");
    // A field that many models have must not hide everything else, nor be hidden by it.
    const shown = new Set([...named.slice(0, Math.max(MOST_EACH, MOST_RESULTS - fields.length)), ...fields.slice(0, Math.max(MOST_EACH, MOST_RESULTS - named.length))]);
    return best.filter((hit) => shown.has(hit));
  };

  const close = () => {
    results.hidden = true;
    selected = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };

  const select = (index) => {
    const options = [...results.children];
    selected = options.length ? (index + options.length) % options.length : -1;
    options.forEach((option, position) => option.setAttribute("aria-selected", String(position === selected)));
    if (selected >= 0) {
      input.setAttribute("aria-activedescendant", options[selected].id);
      options[selected].scrollIntoView({ block: "nearest" });
    }
  };

  const element = (name, text) => {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  };

  const show = (hits) => {
    results.replaceChildren(...hits.map((hit, position) => {
      const option = element("li", hit.name);
      option.id = `result-${position}`;
      option.setAttribute("role", "option");
      option.dataset.href = root + hit.href;
      option.append(element("small", [hit.category, hit.detail].filter(Boolean).join(": ")));
      return option;
    }));
    results.hidden = hits.length === 0;
    input.setAttribute("aria-expanded", String(hits.length > 0));
    if (hits.length) select(0); else close();
  };

  const search = async () => {
    const words = input.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    if (!words.length) { close(); return; }
    await load();
    show(find(words));
  };

  input.addEventListener("focus", load, { once: true });
  input.addEventListener("input", search);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") select(selected + 1);
    else if (event.key === "ArrowUp") select(selected - 1);
    else if (event.key === "Escape") { input.value = ""; close(); input.blur(); }
    else if (event.key === "Enter" && selected >= 0) location.href = results.children[selected].dataset.href;
    else return;
    event.preventDefault();
  });
  results.addEventListener("mousedown", (event) => {
    const option = event.target.closest("li");
    if (option) location.href = option.dataset.href;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) {
      event.preventDefault();
      input.focus();
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) close(); });
})();
