// The "Social media" tab: shows what would be announced, from the form as it stands, and lets the editor write something else.
(() => {
  const PAUSE = 350;
  const AGAIN = 2000;
  const TRIES = 5;

  class Channel {
    constructor(root) {
      this.root = root;
      this.name = root.dataset.socialOutlet;
      this.shown = root.querySelector("[data-social-shown]");
      this.kept = root.querySelector(`[name$="-${this.name}-text"]`);
      this.shown.addEventListener("input", () => this.keep(this.shown.value));
      // Emptied, the text follows the post again.
      this.shown.addEventListener("change", () => this.kept.value || this.show(this.suggestion));
      root.querySelector("[data-social-suggest]").addEventListener("click", () => this.keep(""));
      root.addEventListener("change", () => this.settle());
      this.settle();
    }

    keep(text) {
      this.kept.value = text.trim() ? text : "";
      this.kept.dispatchEvent(new Event("input", { bubbles: true }));
      this.kept.dispatchEvent(new Event("change", { bubbles: true }));
      if (!text) this.show(this.suggestion);
      this.settle();
    }

    show(text) {
      if (text !== undefined && this.shown.value !== text) this.shown.value = text;
    }

    settle() {
      const own = Boolean(this.kept.value);
      this.root.querySelector("[data-social-own]").hidden = !own;
      this.root.querySelector("[data-social-follows]").hidden = own;
      for (const place of this.root.querySelectorAll("[data-social-when]")) {
        const chosen = this.root.querySelector(`[name$="-${place.dataset.socialWhen}"]:checked`);
        place.hidden = !chosen || chosen.value !== place.dataset.socialIs;
      }
    }

    take({ suggestion, preview, reminders }) {
      this.suggestion = suggestion;
      if (!this.kept.value && document.activeElement !== this.shown) this.show(suggestion);
      this.root.querySelector("[data-social-preview]").innerHTML = preview;
      const place = this.root.querySelector("[data-social-reminders]");
      if (!place.contains(document.activeElement)) place.innerHTML = reminders;
    }
  }

  const begin = () => {
    const roots = [...document.querySelectorAll("[data-social-outlet]")];
    const form = roots[0]?.closest("form");
    if (!form) return;
    const channels = roots.map((root) => new Channel(root));
    let timer;
    let asked = 0;

    const ask = async (tries = TRIES) => {
      const number = ++asked;
      const data = new FormData(form);
      for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
      const address = `${roots[0].dataset.socialCompose}?path=${encodeURIComponent(location.pathname)}`;
      try {
        const answer = await fetch(address, { method: "POST", body: data, headers: { "X-CSRFToken": data.get("csrfmiddlewaretoken") } });
        if (!answer.ok) throw new Error(String(answer.status));
        if (number !== asked) return;
        const found = await answer.json();
        for (const channel of channels) if (found[channel.name]) channel.take(found[channel.name]);
      } catch {
        // The line is down for a moment; the next change asks again too.
        if (number === asked && tries > 1) timer = setTimeout(() => ask(tries - 1), AGAIN);
      }
    };
    const soon = () => {
      clearTimeout(timer);
      if (roots[0].offsetParent) timer = setTimeout(() => ask(), PAUSE);
    };

    for (const root of roots) {
      root.addEventListener("input", soon);
      root.addEventListener("change", soon);
    }
    // Other fields are written while the tab is hidden, so coming back to it is what brings them here.
    new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && ask()).observe(roots[0]);
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
