// Keeps what is on its way up to date: asks for the page again and takes over the places that may move.
(() => {
  const EVERY = 4000;
  const places = () => [...document.querySelectorAll("[data-social-live]")];
  const look = async () => {
    const moving = places().filter((place) => place.dataset.socialLive && !place.contains(document.activeElement));
    if (document.hidden || !moving.length) return;
    try {
      const answer = await fetch(location.href);
      if (!answer.ok) return;
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const place of moving) {
        const fresh = found.getElementById(place.id);
        if (fresh && fresh.innerHTML !== place.innerHTML) place.innerHTML = fresh.innerHTML;
        if (fresh) place.dataset.socialLive = fresh.dataset.socialLive;
      }
    } catch {
      // The line is down for a moment; the next round asks again.
    }
  };
  setInterval(look, EVERY);
})();
