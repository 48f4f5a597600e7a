// Leaves at once, and takes this page's place in the browser's history. Without scripts the link itself leads away.
"use strict";
const leave = document.getElementById("leave");
if (leave) {
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    location.replace(leave.href);
  });
}
// Another language is asked for by one form; what was typed into the others goes along.
for (const button of document.querySelectorAll(".languages button[name=language]")) {
  button.addEventListener("click", () => {
    for (const area of document.querySelectorAll("textarea[id]")) {
      if (button.form && area.form !== button.form && area.value) {
        const kept = document.createElement("input");
        kept.type = "hidden";
        kept.name = "kept-" + area.id;
        kept.value = area.value;
        button.form.append(kept);
      }
    }
  });
}
// A page that the browser brings back whole, with what was typed or shown on it, is asked for anew.
addEventListener("pageshow", (event) => {
  if (event.persisted) {
    location.reload();
  }
});
