// Counts a visit from a newsletter, without cookies: only which issue and which page. Then the address is made clean for sharing.
(() => {
  const query = new URLSearchParams(location.search);
  const campaign = query.get("utm_campaign");
  if (query.get("utm_source") !== "nyhetsbrev" || !campaign) return;
  navigator.sendBeacon("/n/v", new URLSearchParams({ c: campaign, p: location.pathname }));
  for (const name of ["utm_source", "utm_medium", "utm_campaign"]) query.delete(name);
  const rest = query.toString();
  history.replaceState(history.state, "", location.pathname + (rest ? `?${rest}` : "") + location.hash);
})();
