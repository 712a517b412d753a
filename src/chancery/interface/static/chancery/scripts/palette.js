// The palette: a combobox over the server's answer (chancery/shell/palette.html) and the keys of this page.
const { all, say } = chancery;
const words = document.getElementById("words").dataset;
const dialog = document.createElement("dialog");
dialog.className = "palette";
dialog.setAttribute("aria-label", words.find);
const input = Object.assign(document.createElement("input"), { type: "text", autocomplete: "off", spellcheck: false, placeholder: words.find });
const list = document.createElement("div");
list.id = "palette-list";
list.setAttribute("role", "listbox");
list.setAttribute("aria-label", words.find);
for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-expanded": "true", "aria-autocomplete": "list", "aria-label": words.find })) input.setAttribute(name, value);
dialog.append(input, list);
document.body.append(dialog);

let address = "";
let waiting;
let asked = 0;

const options = () => all("[role=option]", list);
const pick = (option) => {
  for (const other of options()) other.setAttribute("aria-selected", other === option);
  if (option) {
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
};

const local = (query) => {
  const found = all("main [data-key], header [data-key]").filter((element) => element.offsetParent && !element.disabled && !element.matches("input, select, textarea"));
  return found.flatMap((element) => {
    const copy = element.cloneNode(true);
    copy.querySelectorAll("kbd").forEach((cap) => cap.remove());
    const text = copy.getAttribute("aria-label") ?? copy.textContent.trim();
    if (!text.toLowerCase().includes(query.toLowerCase())) return [];
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    const cap = document.createElement("kbd");
    cap.textContent = element.dataset.key.toUpperCase();
    option.append(text, cap);
    option.chosen = () => element.click();
    return [option];
  });
};

const fill = async () => {
  const query = input.value.trim();
  const turn = ++asked;
  const answer = await fetch(`${address}?q=${encodeURIComponent(query)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  const text = answer?.ok ? await answer.text() : "";
  if (turn !== asked) return;
  list.innerHTML = text;
  list.append(...local(query));
  const found = options();
  found.forEach((option, index) => (option.id = `palette-${index}`));
  pick(found[0]);
  const told = found.length ? words.results.replace("{n}", found.length) : words.none;
  if (!found.length) {
    const nothing = document.createElement("div");
    nothing.setAttribute("role", "option");
    nothing.setAttribute("aria-disabled", "true");
    nothing.textContent = words.none;
    list.append(nothing);
  }
  say(told);
};

const choose = (option) => {
  if (!option || option.ariaDisabled === "true") return;
  dialog.close();
  if (option.chosen) option.chosen();
  else if (option.dataset.method === "post") {
    const form = Object.assign(document.createElement("form"), { method: "post", action: option.dataset.url });
    const token = Object.assign(document.createElement("input"), { type: "hidden", name: "csrfmiddlewaretoken", value: document.body.dataset.csrf });
    form.append(token);
    document.body.append(form);
    form.requestSubmit();
  } else location.assign(option.dataset.url);
};

input.addEventListener("input", (event) => {
  if (event.isComposing) return;
  clearTimeout(waiting);
  waiting = setTimeout(fill, 120);
});
input.addEventListener("compositionend", fill);
input.addEventListener("keydown", (event) => {
  if (event.isComposing || event.keyCode === 229) return;
  const found = options();
  const at = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && found.length) pick(found[(at + step + found.length) % found.length]);
  else if (event.key === "Enter") choose(found[at]);
  else return;
  event.preventDefault();
});
list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());

export const open = (url) => {
  address = url;
  input.value = "";
  list.replaceChildren();
  if (!dialog.open) dialog.showModal();
  input.focus();
  fill();
};
