// Parts of a page replaced by the server's HTML. A part is asked for with the header HX-Request: true.
//   <form data-swap data-target="#panel">   sent by fetch; the answer replaces the target (else the form itself)
//   <a data-swap data-target="#sheet">      the same by GET; data-push keeps the address
//   <div id=… data-poll="1500" data-src>    asks again until the answer carries no data-poll; 204 leaves it alone
//   <div data-load="/address/">             filled once when the page is ready
// An element of the answer with data-also="#id" replaces that one too; the header HX-Redirect leaves the page; a
// 422 is swapped like a 200.
const { $, tell, say, refused } = chancery;

const put = (target, text, how = "outer") => {
  const held = document.activeElement?.id;
  const box = document.createElement("template");
  box.innerHTML = text;
  for (const part of box.content.querySelectorAll("[data-also]")) {
    const place = $(part.dataset.also);
    part.removeAttribute("data-also");
    if (place) place.replaceWith(part);
    else part.remove();
    start(part);
  }
  const fresh = [...box.content.children];
  if (!fresh.length && !box.content.textContent.trim()) return;
  if (how === "inner") target.replaceChildren(box.content);
  else if (how === "append") target.append(box.content);
  else target.replaceWith(box.content);
  for (const part of fresh) {
    start(part);
    tell("added", { root: part });
  }
  const wanted = fresh.map((part) => $("[autofocus]", part)).find(Boolean);
  if (wanted) wanted.focus();
  else if (held && document.activeElement === document.body) document.getElementById(held)?.focus();
};

const get = async (url, options = {}) => {
  const answer = await fetch(url, { ...options, headers: { "HX-Request": "true", ...options.headers } });
  const away = answer.headers.get("HX-Redirect");
  if (away) location.assign(away);
  else if (answer.redirected && !options.method) location.assign(answer.url);
  else if (answer.status === 401 || answer.status === 403) location.reload();
  else if (answer.ok || answer.status === 422) return answer.status === 204 ? "" : answer.text();
  else throw answer;
  return "";
};

const swap = async (element, url, options) => {
  const chosen = element.dataset.target;
  const target = (chosen ? $(chosen) : element) ?? element;
  if (target.ariaBusy === "true") return;
  target.ariaBusy = "true";
  try {
    const text = await get(url, options);
    target.ariaBusy = null;
    put(target, text, element.dataset.swap || "outer");
    if (element.hasAttribute("data-push")) history.pushState({}, "", url);
    if (element.dataset.say) say(element.dataset.say);
  } catch (answer) {
    target.ariaBusy = null;
    refused(answer);
  }
};

const poll = (element) => {
  const again = async () => {
    if (!element.isConnected) return;
    if (document.hidden) return void setTimeout(again, 2000);
    try {
      const text = await get(element.dataset.src);
      if (text && element.isConnected) put(element, text);
      else if (element.isConnected) setTimeout(again, Number(element.dataset.poll));
    } catch {
      setTimeout(again, 5000);
    }
  };
  setTimeout(again, Math.max(Number(element.dataset.poll) || 1500, 500));
};

function start(root) {
  const inside = (selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  inside("[data-poll]").forEach(poll);
  for (const part of inside("[data-load]")) {
    get(part.dataset.load).then((text) => put(part, text, "inner")).catch(refused);
    part.removeAttribute("data-load");
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-swap]") || event.defaultPrevented) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  const address = event.submitter?.getAttribute("formaction") ?? form.getAttribute("action") ?? location.href;
  if (form.method === "post") swap(form, address, { method: "POST", body });
  else swap(form, `${address.split("?")[0]}?${new URLSearchParams(body)}`);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-swap]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  swap(link, link.href);
});

addEventListener("popstate", () => location.reload());
document.addEventListener("chancery:start", (event) => start(event.detail.root));
start(document);
