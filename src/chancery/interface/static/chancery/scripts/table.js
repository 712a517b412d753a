// The first, hidden button of the form (formmethod=dialog) keeps Enter on a tick box from starting an act.
// Ticking rows of a table and moving over them: J K X, Shift-click for a range.
const { $, all, word, say } = chancery;
const figure = (number) => Number(number).toLocaleString("en-US");

let last = null;

const show = (form) => {
  const boxes = all("[name=row]", form);
  const ticked = boxes.filter((box) => box.checked);
  const whole = $("[name=everything]", form).value === "1";
  const total = Number(form.dataset.total) || boxes.length;
  const every = $("[data-all]", form);
  if (every) {
    every.checked = ticked.length > 0 && ticked.length === boxes.length;
    every.indeterminate = ticked.length > 0 && !every.checked;
  }
  const count = $("[data-count]", form);
  if (!count) return;
  count.textContent = whole ? word("everything", { total: figure(total) }) : word("selected", { n: figure(ticked.length) });
  const beyond = $("[data-beyond]", form);
  beyond.hidden = whole || !every?.checked || total <= boxes.length;
  beyond.textContent = word("more", { total: figure(total), beyond: figure(total - boxes.length) });
  bar(form, ticked);
  say(count.textContent);
};

// An act is open only if it is allowed for every chosen row; the bar says why the others cannot.
const bar = (form, ticked) => {
  const reasons = JSON.parse(form.dataset.reasons ?? "[]");
  const why = [];
  for (const button of all("[data-act]", form)) {
    const barred = ticked.map((box) => new RegExp(`(?:^| )${button.dataset.act}=(\\d+)`).exec(box.closest("tr").dataset.no ?? "")?.[1]).filter((found) => found !== undefined);
    button.disabled = barred.length > 0;
    if (barred.length) {
      const words = [...new Set(barred)].map((index) => reasons[index]).join("; ");
      why.push(word("cannot", { act: button.firstChild.textContent, n: barred.length, reason: words }));
    }
  }
  $("[data-why]", form).textContent = why.join(" · ");
};

document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-table]");
  if (!form || !event.target.matches("[name=row], [data-all]")) return;
  $("[name=everything]", form).value = "";
  if (event.target.matches("[data-all]")) for (const box of all("[name=row]", form)) box.checked = event.target.checked;
  show(form);
});

document.addEventListener("click", (event) => {
  const form = event.target.closest("[data-table]");
  if (!form) return;
  if (event.target.matches("[name=row]")) {
    const boxes = all("[name=row]", form);
    if (event.shiftKey && last && boxes.includes(last)) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(event.target)].sort((a, b) => a - b);
      for (const box of boxes.slice(from, to + 1)) box.checked = event.target.checked;
    }
    last = event.target;
  } else if (event.target.closest("[data-beyond]")) {
    $("[name=everything]", form).value = "1";
    show(form);
  } else if (event.target.closest("[data-clear]")) {
    for (const box of all("[name=row]", form)) box.checked = false;
    $("[name=everything]", form).value = "";
    show(form);
    ($("tr[data-at] [name=row]", form) ?? $("[name=row]", form))?.focus();
  }
});

const move = (step) => {
  const rows = all("[data-table] tbody tr");
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.hasAttribute("data-at"));
  const next = rows[Math.min(Math.max(now + step, 0), rows.length - 1)];
  rows[now]?.removeAttribute("data-at");
  next.setAttribute("data-at", "");
  ($("th a", next) ?? $("[name=row], a", next))?.focus();
  next.scrollIntoView({ block: "nearest" });
};

document.addEventListener("chancery:key", (event) => {
  const { key, event: press } = event.detail;
  const row = $("[data-table] tr[data-at]");
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "x" && row) $("[name=row]", row)?.click();
  else if (key === "Enter" && row && press.target.matches("[name=row]")) $("th a", row)?.click();
  else return;
  press.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const row = event.target.closest("[data-table] tbody tr");
  if (!row) return;
  for (const other of all("tr[data-at]")) if (other !== row) other.removeAttribute("data-at");
  row.setAttribute("data-at", "");
});

all("[data-table]").forEach((form) => all("[name=row]:checked", form).length && show(form));
