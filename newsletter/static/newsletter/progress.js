// Fetches the progress page's moving part every two seconds while something happens; the page works without it.
(() => {
  const place = document.getElementById("newsletter-progress");
  if (!place || !place.dataset.fragment) return;
  let shown = "";
  let leaving = false;
  // A reload in the midst of a pressed button would hide the page that its answer leads to.
  window.addEventListener("submit", () => { leaving = true; });
  const look = async () => {
    try {
      const answer = await fetch(place.dataset.fragment, { headers: { "X-Requested-With": "XMLHttpRequest" } });
      if (!answer.ok) throw new Error(answer.status);
      const html = await answer.text();
      if (leaving) return undefined;
      const part = new DOMParser().parseFromString(html, "text/html").body.firstElementChild;
      // Another state has other buttons, so the whole page is due.
      if (part.dataset.state !== place.dataset.state) return window.location.reload();
      const bare = html.replace(/name="csrfmiddlewaretoken" value="[^"]*"/g, "");
      if (bare !== shown && !place.contains(document.activeElement)) place.replaceChildren(part);
      shown = bare;
    } catch (error) {
      // The next round tries again; the link to reload stays.
    }
    setTimeout(look, document.hidden ? 10000 : 2000);
  };
  setTimeout(look, 2000);
})();
