// Suggestions below a search field; without this script the field is a plain form.
for (const field of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  const said = document.createElement("p");
  let waiting, asking, options = [], at = -1;

  Object.assign(list, { id: `${field.id}-suggestions`, className: "suggestions", hidden: true });
  Object.assign(said, { className: "unseen" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.labels[0]?.textContent.trim() || field.name);
  said.setAttribute("role", "status");
  for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id]]) field.setAttribute(name, value);
  field.after(list, said);

  const mark = (number) => {
    options[at]?.setAttribute("aria-selected", "false");
    at = number;
    options[at]?.setAttribute("aria-selected", "true");
    options[at]?.scrollIntoView({ block: "nearest" });
    if (options[at]) field.setAttribute("aria-activedescendant", options[at].id);
    else field.removeAttribute("aria-activedescendant");
  };
  const close = () => { clearTimeout(waiting); asking?.abort(); mark(-1); list.hidden = true; field.setAttribute("aria-expanded", "false"); };
  const show = (found) => {
    mark(-1);
    list.replaceChildren(...found.map((one, number) => {
      const option = document.createElement("li");
      const kind = document.createElement("span");
      option.id = `${list.id}-${number}`;
      option.dataset.path = one.path;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      kind.className = "quiet";
      kind.textContent = one.kind;
      option.append(one.title, " ", kind);
      return option;
    }));
    options = [...list.children];
    list.hidden = !options.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    said.textContent = options.length ? field.dataset.some : field.dataset.none;
  };
  const ask = async () => {
    const words = field.value.trim();
    asking?.abort();
    if (words.length < 2) return close();
    asking = new AbortController();
    try {
      const answer = await fetch(`${field.dataset.suggest}?q=${encodeURIComponent(words)}`, { signal: asking.signal });
      if (answer.ok) show((await answer.json()).suggestions);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 150); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    if (event.key === "ArrowDown") mark(at + 1 < options.length ? at + 1 : -1);
    else if (event.key === "ArrowUp") mark(at < 0 ? options.length - 1 : at - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && options[at]) location.assign(options[at].dataset.path);
    else return;
    event.preventDefault();
  });
  // Before the field loses its focus, which closes the list.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const chosen = event.target.closest("[data-path]");
    if (chosen && event.button === 0) location.assign(chosen.dataset.path);
  });
}
