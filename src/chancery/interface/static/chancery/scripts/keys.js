// Keys of the page: data-key="e" on whatever can be clicked or focused, data-go="d" for the sequence G D.
// What no element takes is told as chancery:key {key, event}. Silent in text fields and while composing.
const { all } = chancery;
const STORE = "chancery.keys";
const GO_TIME = 1200;

const read = () => {
  try {
    return JSON.parse(localStorage.getItem(STORE)) ?? {};
  } catch {
    return {};
  }
};
let changed = read();
let going = 0;

const typing = (target) =>
  target.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable=true]");
const shown = (element) => element.offsetParent !== null && !element.disabled && !element.closest("[inert]");
const scope = () => all("dialog[open]").at(-1) ?? document;
const keyOf = (element) => changed[element.dataset.key] ?? element.dataset.key;

// Digits by their place, so that every keyboard layout works.
const named = (event) => {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  if (digit) return event.shiftKey ? `Shift+${digit}` : digit;
  if (event.key.length === 1) return event.key.toLowerCase();
  return event.shiftKey ? `Shift+${event.key}` : event.key;
};

const use = (element) => {
  if (element.matches("input:not([type=checkbox], [type=radio]), textarea, select")) {
    element.focus();
    element.select?.();
  } else element.click();
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = named(event);
  if (key === "Escape" && typing(event.target) && !document.querySelector("dialog[open]")) event.target.blur();
  if (typing(event.target) || event.defaultPrevented) return;
  const letters = document.documentElement.dataset.keys !== "off";
  if (!letters && key !== "Shift+Enter") return;
  if (going > event.timeStamp) {
    going = 0;
    const place = all("[data-go]").find((link) => link.dataset.go === key);
    if (place) {
      event.preventDefault();
      place.click();
      return;
    }
  }
  const taker = all("[data-key]", scope()).find((element) => keyOf(element) === key && shown(element));
  if (taker) {
    event.preventDefault();
    use(taker);
  } else if (key === "g") going = event.timeStamp + GO_TIME;
  else document.dispatchEvent(new CustomEvent("chancery:key", { detail: { key, event } }));
});

const nameOf = (element) => {
  const label = element.getAttribute("aria-label") ?? element.title;
  if (label) return label;
  const copy = (element.matches("input, select, textarea") ? element.labels?.[0] : element)?.cloneNode(true);
  copy?.querySelectorAll("kbd, .n, [aria-hidden=true]").forEach((part) => part.remove());
  return copy?.textContent.trim() ?? "";
};

const line = (list, key, text, original) => {
  const term = document.createElement("dt");
  const words = document.createElement("dd");
  if (original) {
    const field = document.createElement("input");
    Object.assign(field, { className: "field", value: key, maxLength: 1, size: 2, ariaLabel: text });
    field.addEventListener("change", () => {
      changed[original] = field.value.toLowerCase() || original;
      localStorage.setItem(STORE, JSON.stringify(changed));
    });
    term.append(field);
  } else {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    term.append(cap);
  }
  words.textContent = text;
  list.append(term, words);
};

const dialog = document.getElementById("keys");
dialog?.addEventListener("chancery:opening", () => {
  changed = read();
  const words = document.getElementById("words").dataset;
  const list = dialog.querySelector("[data-keys-list]");
  list.replaceChildren();
  line(list, "Ctrl K", words.find);
  const seen = new Set();
  for (const element of all("[data-key]")) {
    const key = element.dataset.key;
    if (seen.has(key) || dialog.contains(element)) continue;
    seen.add(key);
    line(list, keyOf(element), nameOf(element), /^[a-z]$/.test(key) ? key : "");
  }
  if (document.querySelector("[data-table]")) line(list, "J K X", words.rows);
  for (const link of all("[data-go]")) line(list, `G ${link.dataset.go.toUpperCase()}`, words.goes.replace("{place}", nameOf(link)));
});
