// Recovery codes on a page: printed, or saved as a text file that never passes the network.

function save(list) {
  const lines = [...list.querySelectorAll("li")].map((item) => item.textContent.trim());
  const file = new Blob([`${list.dataset.title}\n\n${lines.join("\n")}\n`], { type: "text/plain" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = list.dataset.filename;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

const list = document.querySelector("ul.secrets");
const deeds = { save: () => save(list), print: () => window.print() };

for (const button of list ? document.querySelectorAll("button[data-codes]") : []) {
  button.hidden = false;
  button.addEventListener("click", deeds[button.dataset.codes]);
}
