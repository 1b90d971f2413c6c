"use strict";
const guide = document.querySelector("rls-guide");
for (const button of document.querySelectorAll(".examples button")) {
  button.addEventListener("click", () => {
    guide.scrollIntoView({ block: "nearest" });
    guide.ask(button.textContent);
  });
}
document.getElementById("embed").textContent = `<script src="${new URL("widget.js", location.href)}" defer></script>`;
