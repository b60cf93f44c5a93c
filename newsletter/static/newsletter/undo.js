// Counts down to the moment when a mailing leaves; without it the page says the time that it was shown.
(() => {
  const form = document.querySelector("[data-newsletter-undo]");
  if (!form) return;
  const until = performance.now() + Number(form.dataset.newsletterUndo) * 1000;
  const place = form.querySelector("[data-newsletter-left]");
  const tick = () => {
    const left = Math.ceil((until - performance.now()) / 1000);
    if (left > 0) {
      place.textContent = place.textContent.replace(/\d+/, String(left));
      return setTimeout(tick, 250);
    }
    place.textContent = form.dataset.gone;
    form.querySelector("button")?.remove();
    form.querySelector(".help")?.remove();
  };
  tick();
})();
