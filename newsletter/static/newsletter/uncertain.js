// Says how many are ticked, and ticks all at once; the page works without it.
(() => {
  const form = document.getElementById("newsletter-uncertain");
  const said = document.getElementById("newsletter-ticked");
  if (!form || !said) return;
  const all = form.querySelector("[data-all]");
  const boxes = [...form.querySelectorAll("[name=row]")];
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    said.textContent = count === 0 ? said.dataset.none : count === 1 ? said.dataset.one : said.dataset.many.replace("%(n)s", count);
    all.checked = count === boxes.length;
    all.indeterminate = count > 0 && count < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    tell();
  });
  form.addEventListener("change", tell);
  tell();
})();
