// The builder of conditions: turns the text area's JSON into rows of drop-downs and back, and asks whom they find.
// Wagtail's own Stimulus says when the field stands on the page: that is later than this script.
const build = (place) => {
  const { words, fields, choices } = JSON.parse(place.querySelector("script[type='application/json']").textContent);
  const area = place.querySelector("textarea");
  const tree = place.querySelector("[data-segment-tree]");
  const found = place.querySelector("[data-segment-found]");
  const PAUSE = 300;

  const make = (tag, attributes = {}, ...inner) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...inner);
    return made;
  };
  const drop = (label, options, chosen) => {
    const made = make("select", { "aria-label": label });
    for (const [value, word] of options) made.append(new Option(word, value, false, String(value) === String(chosen ?? "")));
    return made;
  };
  const button = (word, act, kind = "button-secondary") => {
    const made = make("button", { type: "button", class: `button button-small ${kind}` }, word);
    made.addEventListener("click", act);
    return made;
  };

  // One condition: what it is about, in what way, and the value (some name a list besides).
  const choice = (kind, label, chosen) => {
    const rows = choices[kind];
    const known = chosen === undefined || chosen === null || rows.some(([value]) => String(value) === String(chosen));
    const head = [["", rows.length ? words.choose : words.nothing]];
    return drop(label, [...head, ...rows, ...(known ? [] : [[chosen, `#${chosen} (${words.gone})`]])], chosen);
  };
  const control = (kind, label, chosen) => {
    if (kind in choices) return choice(kind, label, chosen);
    const input = make("input", { type: kind === "date" ? "date" : "text", "aria-label": label });
    if (kind === "text") input.maxLength = 200;
    input.value = chosen ?? "";
    return input;
  };
  const fill = (row, leaf) => {
    const field = fields[leaf.field];
    const parts = row.querySelector("[data-parts]");
    parts.replaceChildren(
      drop(`${words.how}: ${field.label}`, Object.entries(field.ops), leaf.op),
      ...(field.of ? [Object.assign(control(field.of, words[field.of], leaf[field.of]), { className: "of" })] : []),
      Object.assign(control(field.value, `${words.value}: ${field.label}`, leaf.value), { className: "value" }),
    );
  };
  const condition = (leaf) => {
    const what = drop(words.what, Object.entries(fields).map(([name, field]) => [name, field.label]), leaf.field);
    const row = make("div", { class: "segment-condition", role: "group", "aria-label": words.condition }, what);
    row.append(make("span", { "data-parts": "" }), button("×", () => remove(row), "button-secondary no"));
    row.lastChild.setAttribute("aria-label", words.remove);
    row.lastChild.title = words.remove;
    what.addEventListener("change", () => fill(row, { field: what.value }));
    fill(row, leaf);
    return row;
  };

  const kindOf = (node) => {
    if ("all" in node) return ["all", node.all];
    if ("any" in node) return ["any", node.any];
    // Neither of several: the same as the denial of "any".
    if ("not" in node) return ["none", "any" in node.not ? node.not.any : [node.not]];
    return ["all", [node]];
  };
  const group = (node, outermost) => {
    const [kind, inner] = kindOf(node);
    const kinds = ["all", "any", "none"].map((name) => [name, words[name]]);
    const made = make("fieldset", { class: "segment-group" }, make("legend", {}, words.group));
    const head = make("div", { class: "segment-head" }, drop(words.kind, kinds, kind));
    if (!outermost) head.append(button(words.remove_group, () => remove(made), "button-secondary no"));
    const parts = make("div", { class: "segment-parts" }, ...inner.map((part) => ("field" in part ? condition(part) : group(part, false))));
    const add = (part) => {
      parts.append(part);
      part.querySelector("select").focus();
      changed();
    };
    const foot = make("div", { class: "segment-foot" });
    foot.append(button(words.add, () => add(condition({ field: "region" }))));
    foot.append(button(words.add_group, () => add(group({ any: [{ field: "region" }] }, false))));
    made.append(head, parts, foot);
    return made;
  };
  const remove = (part) => {
    const next = part.nextElementSibling?.querySelector("select") ?? part.closest(".segment-parts").parentElement.querySelector(":scope > .segment-foot button");
    part.remove();
    next.focus();
    changed();
  };

  const valueOf = (control, kind) => {
    if (control.value === "") return null;
    return ["list", "region", "tag", "issue", "segment"].includes(kind) ? Number(control.value) : control.value;
  };
  const read = (part) => {
    if (part.classList.contains("segment-condition")) {
      const name = part.querySelector("select").value;
      const field = fields[name];
      const leaf = { field: name, op: part.querySelector("[data-parts] select").value, value: valueOf(part.querySelector(".value"), field.value) };
      if (field.of) leaf[field.of] = valueOf(part.querySelector(".of"), field.of);
      return leaf;
    }
    const kind = part.querySelector(":scope > .segment-head select").value;
    const inner = [...part.querySelector(":scope > .segment-parts").children].map(read);
    return kind === "none" ? { not: { any: inner } } : { [kind]: inner };
  };

  let timer;
  let asking;
  const say = (html) => {
    found.innerHTML = html;
  };
  const ask = async () => {
    asking?.abort();
    asking = new AbortController();
    const mine = asking;
    found.setAttribute("aria-busy", "true");
    const body = new FormData();
    body.append("conditions", area.value);
    body.append("segment", place.dataset.segment);
    body.append("csrfmiddlewaretoken", area.form.querySelector("[name=csrfmiddlewaretoken]").value);
    try {
      const answer = await fetch(place.dataset.count, { method: "POST", body, signal: mine.signal });
      if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
      say(await answer.text());
    } catch (error) {
      if (mine.signal.aborted) return;
      found.textContent = words.failed;
    }
    found.removeAttribute("aria-busy");
  };
  const changed = () => {
    area.value = JSON.stringify(read(tree.firstElementChild));
    area.dispatchEvent(new Event("change", { bubbles: true }));
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  };

  const start = () => {
    try {
      return JSON.parse(area.value) ?? { all: [] };
    } catch (error) {
      return { all: [] };
    }
  };
  tree.replaceChildren(group(start(), true));
  area.hidden = true;
  found.textContent = words.counting;
  tree.addEventListener("input", changed);
  tree.addEventListener("change", changed);
  ask();
};

window.wagtail.app.register(
  "segment-builder",
  class extends window.StimulusModule.Controller {
    connect() {
      build(this.element);
    }
  },
);
