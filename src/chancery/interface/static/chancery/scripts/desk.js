// The review desk: save and the next document is there. Contract in docs/rooms/interface.md.
const { $, all, tell, word, say, refused } = chancery;

const BEAT = 15;
const IDLE = 60;
const desk = () => $("#desk");
const headers = (extra = {}) => ({ "HX-Request": "true", "X-CSRFToken": document.body.dataset.csrf, ...extra });

let ahead = null; // {document, text} of what comes next
let active = Date.now();
let focused = 0;

const parse = (text, part = "#desk") => {
  const box = document.createElement("template");
  box.innerHTML = text;
  return $(part, box.content);
};

// The next document and its first page images, while this one is read. X-Purpose: nobody has seen it yet.
const fetchAhead = async () => {
  const url = desk()?.dataset.next;
  ahead = null;
  if (!url) return;
  try {
    const answer = await fetch(url, { headers: headers({ "X-Purpose": "prefetch" }) });
    if (!answer.ok || desk()?.dataset.next !== url) return;
    const text = await answer.text();
    const next = parse(text);
    if (!next) return;
    for (const image of all("img", next).slice(0, 2)) new Image().src = image.getAttribute("src");
    ahead = { document: next.dataset.document, text };
  } catch {
    ahead = null;
  }
};

const put = (fresh, { seen = true, push = true } = {}) => {
  desk().replaceWith(fresh);
  if (push && fresh.dataset.url) history.pushState({}, "", fresh.dataset.url);
  if (fresh.dataset.title) document.title = fresh.dataset.title;
  focused = 0;
  if (seen) beat({ shown: "1" });
  tell("added", { root: fresh });
  tell("start", { root: fresh });
  $(".desk-view", fresh)?.focus({ preventScroll: true });
  firstHit();
  setTimeout(fetchAhead, 20);
};

// The prefetched document is shown at once; the one just coded comes back with all that was typed if the
// server refuses.
const save = async (form, submitter) => {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  const before = desk();
  const body = new FormData(form, submitter);
  body.set("seconds", focused);
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const stays = submitter?.hasAttribute("data-stay");
  const shown = !stays && ahead ? parse(ahead.text) : null;
  const sending = fetch(address, { method: "POST", body, headers: headers() });
  if (shown) {
    shown.ariaBusy = "true";
    const coding = $("[data-desk-form]", shown);
    if (coding) coding.inert = true;
    put(shown, { seen: false });
  }
  try {
    const answer = await sending;
    const away = answer.headers.get("HX-Redirect");
    if (away) return location.assign(away);
    const text = answer.status === 204 ? "" : await answer.text();
    if (answer.status === 422) return back(before, form, text);
    if (!answer.ok) throw answer;
    say(word("saved"));
    await settle(answer, text, shown, before.dataset.next, stays);
  } catch (answer) {
    back(before, form, "");
    refused(answer);
  }
};

const settle = async (answer, text, shown, following, stays) => {
  const next = answer.headers.get("X-Next");
  const right = shown && shown === desk() && (!next || next === shown.dataset.document);
  if (right) {
    shown.ariaBusy = null;
    const coding = $("[data-desk-form]", shown);
    if (coding) coding.inert = false;
    beat({ shown: "1" });
    undoable(text);
  } else if (parse(text)) put(parse(text));
  else if (shown || stays || !following) location.reload();
  else {
    const answered = await fetch(following, { headers: headers() });
    const fresh = answered.ok && parse(await answered.text());
    if (fresh) put(fresh, { seen: false });
    else location.reload();
  }
};

const undoable = (text) => {
  const toasts = parse(text, "#toasts");
  if (toasts) $("#toasts").replaceWith(toasts);
};

const back = (before, form, text) => {
  form.ariaBusy = null;
  if (desk() !== before) put(before, { seen: false, push: false });
  if (before.dataset.url) history.replaceState({}, "", before.dataset.url);
  if (!text) return;
  const fresh = parse(text, "[data-desk-form]");
  if (fresh) {
    $("[data-desk-form]", before).replaceWith(fresh);
    tell("added", { root: fresh });
  }
};

document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-desk-form]") || event.defaultPrevented) return;
  event.preventDefault();
  save(event.target, event.submitter);
});

// Hits: marks of the text layer or boxes on the page image.
const hits = () => all(".desk-view [data-hit]");
const goTo = (index) => {
  const found = hits();
  if (!found.length) return;
  const at = (index + found.length) % found.length;
  found.forEach((hit, place) => (place === at ? hit.setAttribute("aria-current", "true") : hit.removeAttribute("aria-current")));
  found[at].scrollIntoView({ block: "center" });
  const where = $("[data-hit-at]");
  if (where) where.textContent = `${at + 1} / ${found.length}`;
  say(word("hits", { n: at + 1, total: found.length }));
};
const current = () => hits().findIndex((hit) => hit.hasAttribute("aria-current"));
const firstHit = () => hits().length && goTo(0);

document.addEventListener("click", (event) => {
  const step = event.target.closest("[data-hit-step]")?.dataset.hitStep;
  if (step) goTo(Math.max(current(), step === "1" ? -1 : 0) + Number(step));
});

// Focused seconds: only while the page is in view and someone used it within the last minute.
const beat = (extra = {}, beacon = false) => {
  const at = desk();
  if (!at?.dataset.focusUrl) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.body.dataset.csrf);
  body.set("document", at.dataset.document ?? "");
  body.set("seconds", focused);
  for (const [name, value] of Object.entries(extra)) body.set(name, value);
  focused = 0;
  if (beacon) navigator.sendBeacon(at.dataset.focusUrl, body);
  else fetch(at.dataset.focusUrl, { method: "POST", body, headers: headers(), keepalive: true }).catch(() => {});
};

for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"])
  addEventListener(kind, () => (active = Date.now()), { passive: true, capture: true });
setInterval(() => {
  if (document.hidden || Date.now() - active > IDLE * 1000) return;
  focused += 1;
  if (focused >= BEAT) beat();
}, 1000);
addEventListener("pagehide", () => focused && beat({}, true));

firstHit();
setTimeout(fetchAhead, 0);
