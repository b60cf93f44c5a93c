// A film's player comes in when somebody asks for it; without this script the still is a link to the film.
document.addEventListener("click", (event) => {
  const still = event.target.closest("a[data-player]");
  if (!still || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const frame = document.createElement("iframe");
  const address = new URL(still.dataset.player);
  address.searchParams.set("autoplay", "1");
  // Some providers refuse to play where they aren't told which site asks.
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  Object.assign(frame, { src: address.href, title: still.dataset.title, allow: "autoplay; fullscreen; picture-in-picture", allowFullscreen: true });
  frame.className = "player";
  still.replaceWith(frame);
  frame.focus();
});
