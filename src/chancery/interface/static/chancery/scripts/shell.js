// The frame of every page. Runs first and lends window.chancery to the other scripts, which tell it of new
// parts of the page by the event chancery:added {root}.
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const word = (name, values = {}) => ($("#words")?.dataset[name] ?? "").replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
const tell = (name, detail) => document.dispatchEvent(new CustomEvent(`chancery:${name}`, { detail }));

let saying;
const say = (text) => {
  const live = $("#live");
  if (!live) return;
  live.textContent = "";
  clearTimeout(saying);
  saying = setTimeout(() => (live.textContent = text), 50);
};

// A toast tells of a done thing and leaves, unless it has an undo. What did not work stays until it is closed.
const told = (text, kind, role) => {
  const box = document.createElement("div");
  const words = document.createElement("span");
  const close = Object.assign(document.createElement("button"), { className: "button", type: "button", textContent: "✕", ariaLabel: word("close") });
  box.className = kind;
  if (role) box.role = role;
  close.dataset.closeToast = "";
  words.textContent = text;
  box.append(words, close);
  $("#toasts")?.append(box);
  return box;
};
const fade = (box) => $("form", box) || setTimeout(() => box.matches(":hover, :focus-within") || box.remove(), 8000);
const toast = (text) => fade(told(text, "toast"));
const alarm = (text) => told(text, "notice bad", "alert");

// A refusal (409 with {"refused": {message}} in HX-Trigger), or a failure of the line.
const refused = (answer) => {
  const why = answer?.status === 409 && JSON.parse(answer.headers.get("HX-Trigger") ?? "{}").refused;
  alarm(why ? why.message : word(navigator.onLine ? "failed" : "offline"));
};

const ask = (text, then) => {
  const dialog = $("#confirm");
  $("#confirm-title").textContent = text;
  dialog.returnValue = "no";
  // A dialog tells late that it closed: one that is open again has not been answered yet.
  dialog.onclose = () => {
    if (dialog.open) return;
    dialog.onclose = null;
    if (dialog.returnValue === "yes") then();
  };
  dialog.showModal();
  $("[value=no]", dialog).focus();
};

// data-show-when="field=value|value": shown while a field of the same form has one of the values.
// Without script everything is shown. Hidden fields are disabled, so they are neither sent nor required.
const conditions = (root) => {
  for (const part of all("[data-show-when]", root)) {
    const [name, wanted] = part.dataset.showWhen.split("=");
    const form = part.closest("form");
    if (!form) continue;
    const values = new FormData(form).getAll(name);
    const shown = wanted.split("|").some((value) => values.includes(value));
    part.hidden = !shown;
    part.dataset.asked = "";
    for (const field of all("input, select, textarea", part)) field.disabled = !shown;
  }
};

const added = (root) => {
  conditions(root);
  const summary = $("[data-problems]", root);
  if (summary) summary.focus();
  all(".toast", root).forEach(fade);
};

window.chancery = { $, all, word, tell, say, toast, refused };
document.addEventListener("chancery:added", (event) => added(event.detail.root));

document.addEventListener("click", async (event) => {
  const at = event.target.closest("[data-open], [data-nav-toggle], [data-close-toast], [data-copy], [data-palette]");
  for (const menu of all("[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
  if (!at) return;
  if (at.dataset.open) {
    const dialog = document.getElementById(at.dataset.open);
    dialog?.dispatchEvent(new CustomEvent("chancery:opening"));
    dialog?.showModal();
    $(".acts .button", dialog)?.focus();
  } else if (at.matches("[data-nav-toggle]")) {
    const open = $("#nav").toggleAttribute("data-open");
    at.setAttribute("aria-expanded", open);
    if (open) $("#nav a")?.focus();
  } else if (at.matches("[data-close-toast]")) {
    at.closest(".toast, .notice").remove();
  } else if (at.dataset.copy) {
    await navigator.clipboard.writeText(at.dataset.copy);
    toast(word("copied"));
  } else {
    const { open } = await import(at.dataset.script);
    open(at.dataset.palette);
  }
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") {
    const opener = $("[data-palette]");
    if (opener) {
      event.preventDefault();
      opener.click();
    }
  }
  if (event.key === "Escape" && !$("dialog[open]")) {
    const menu = $("[data-menu][open]");
    const nav = $("#nav[data-open]");
    if (menu) {
      menu.open = false;
      $("summary", menu).focus();
    } else if (nav) {
      $("[data-nav-toggle]").click();
      $("[data-nav-toggle]").focus();
    }
  }
});

// One question before acts that ask for it; one sending per form.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.confirm ?? form.dataset.confirm;
  if (question && !form.dataset.agreed) {
    event.preventDefault();
    event.stopImmediatePropagation();
    const submitter = event.submitter;
    ask(question, () => {
      form.dataset.agreed = "1";
      form.requestSubmit(submitter);
      delete form.dataset.agreed;
    });
    return;
  }
  if (form.method === "post" && !form.matches("[data-swap], [data-desk-form]") && event.submitter?.dataset.act !== "export") {
    if (form.ariaBusy === "true") event.preventDefault();
    form.ariaBusy = "true";
  }
}, true);

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form) conditions(form);
  if (event.target.matches("[data-submit]")) form.requestSubmit();
});

addEventListener("pageshow", () => all("form[aria-busy]").forEach((form) => (form.ariaBusy = null)));
addEventListener("offline", () => alarm(word("offline")));
added(document);
