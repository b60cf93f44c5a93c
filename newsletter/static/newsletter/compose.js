// The editor: counts the characters of subject and preheader, and lets “Fill with new posts” save the form.
(() => {
  const ready = () => {
    for (const place of document.querySelectorAll("[data-newsletter-count]")) {
      const field = place.querySelector("input[type=text], textarea");
      if (!field) continue;
      const said = document.createElement("span");
      said.className = "newsletter-count";
      field.after(said);
      const count = () => {
        const length = Array.from(field.value).length;
        said.textContent = place.dataset.newsletterWords.replace("0", String(length));
        said.dataset.over = String(length > Number(place.dataset.newsletterCount));
      };
      field.addEventListener("input", count);
      count();
    }
    for (const button of document.querySelectorAll("[data-newsletter-fill]")) {
      button.addEventListener("click", () => {
        const form = button.closest("form");
        const asked = document.createElement("input");
        asked.type = "hidden";
        asked.name = "action-fill";
        asked.value = "1";
        form.append(asked);
        form.requestSubmit();
      });
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", ready);
  else ready();
})();
