// Sends chosen files one by one; each is acknowledged only when it is on disk, so a broken line loses nothing.
const form = document.querySelector("[data-upload]");
if (form) {
  const input = form.querySelector("input[type=file]:not([webkitdirectory])");
  const folder = form.querySelector("input[webkitdirectory]");
  const bar = document.querySelector("#upload-bar");
  const words = document.querySelector("#upload-words");
  const list = document.querySelector("#upload-refused");
  const largest = Number(form.dataset.largest);
  const say = (key, values) => form.dataset[key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const refuse = (sentence) => {
    const line = document.createElement("li");
    line.textContent = sentence;
    list.append(line);
    list.hidden = false;
  };
  const send = (file, path, onProgress) =>
    new Promise((resolve, reject) => {
      const data = new FormData();
      data.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      data.append("custodian", form.elements.custodian.value);
      data.append("paths", path);
      data.append("files", file, file.name);
      const request = new XMLHttpRequest();
      request.open("POST", form.action);
      request.setRequestHeader("Accept", "application/json");
      request.upload.onprogress = (event) => onProgress(event.loaded);
      request.onerror = reject;
      request.onload = () => {
        try {
          resolve(JSON.parse(request.responseText));
        } catch {
          reject(new Error(String(request.status)));
        }
      };
      request.send(data);
    });
  form.addEventListener("submit", async (event) => {
    const files = [...(input.files || []), ...(folder ? folder.files : [])];
    if (!files.length) return;
    event.preventDefault();
    // While files are sent nobody finishes the collection, and leaving the page asks first.
    const buttons = [form.querySelector("button"), ...document.querySelectorAll("form[action$='/close/'] button")];
    const sending = (on) => buttons.forEach((button) => (button.disabled = on));
    const stay = (leaving) => leaving.preventDefault();
    sending(true);
    addEventListener("beforeunload", stay);
    list.replaceChildren();
    list.hidden = true;
    bar.parentElement.hidden = false;
    const total = files.reduce((sum, file) => sum + file.size, 0) || 1;
    let sent = 0;
    let received = 0;
    for (const file of files) {
      // Of a chosen folder only what is inside counts, so that its folders can name the custodians.
      const parts = (file.webkitRelativePath || file.name).split("/");
      const path = (parts.length > 2 ? parts.slice(1) : parts).join("/");
      if (file.size > largest) {
        refuse(say("tooLarge", { name: path }));
        sent += file.size;
        continue;
      }
      for (let attempt = 1; attempt <= 3; attempt += 1) {
        try {
          const answer = await send(file, path, (loaded) => {
            bar.value = (sent + Math.min(loaded, file.size)) / total;
          });
          received += answer.received ? answer.received.length : 0;
          (answer.refused || [answer.message]).filter(Boolean).forEach(refuse);
          break;
        } catch {
          if (attempt === 3) refuse(say("broken", { name: path }));
          else await new Promise((resolve) => setTimeout(resolve, 1000 * attempt));
        }
      }
      sent += file.size;
      bar.value = sent / total;
      words.textContent = say("progress", { done: received, total: files.length });
    }
    sending(false);
    removeEventListener("beforeunload", stay);
    if (list.hidden) window.location.reload();
  });
}
