"use strict";
// Comfort only: every page is read and used without this file.

// Instants are written in UTC by the server, and shown in the reader's own time zone here.
for (const time of document.querySelectorAll("time[datetime]")) {
  const at = new Date(time.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  time.title = time.textContent;
  time.textContent = at.toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
}

// j and k go through a list of tasks, Enter opens the chosen one; n leads on after something was done.
const tasks = [...document.querySelectorAll(".tasks > li")];
const move = (by) => {
  if (tasks.length === 0) return;
  const now = tasks.findIndex((task) => task.hasAttribute("aria-current"));
  const next = Math.min(Math.max(now + by, 0), tasks.length - 1);
  tasks.forEach((task, number) => task.toggleAttribute("aria-current", number === next));
  tasks[next].querySelector("a, button")?.focus();
};
document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") event.target.closest("form")?.requestSubmit();
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  if (event.key === "j") move(1);
  if (event.key === "k") move(-1);
  if (event.key === "n") document.querySelector("a.next")?.click();
});

// Leaving a page with words that were not sent asks first.
let typed = false;
document.addEventListener("input", (event) => { if (event.target.closest("textarea")) typed = true; });
document.addEventListener("submit", () => { typed = false; });
window.addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

// A passkey is made or shown by the browser itself; its answer goes into the form.
for (const form of document.querySelectorAll("form[data-passkey]")) {
  form.addEventListener("submit", async (event) => {
    const field = form.querySelector("#made, #shown");
    if (field.value) return;
    event.preventDefault();
    const options = JSON.parse(form.dataset.options);
    try {
      const credential = form.dataset.passkey === "make"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
      field.value = JSON.stringify(credential.toJSON());
    } catch {
      field.value = "none";
    }
    form.requestSubmit();
  });
}
