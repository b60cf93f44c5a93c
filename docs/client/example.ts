// A front end in one file: every address of Ordet's content API, typed from end to end. `node built/example.js http://127.0.0.1:8000`
//
// Copy it with ordet.d.ts into your project and keep what you need: `get` asks, `everything` follows a list to its end,
// `page` finds out what stands at a path, `bodyHtml` renders any text.

import type { Block, Image, Index, Link, Navigation, paths, Post, Problem, Redirect } from "./ordet.js";

declare const process: { argv: string[]; env: Record<string, string | undefined>; exitCode?: number };

const [, , site = "http://127.0.0.1:8000"] = process.argv;
const key = process.env["ORDET_KEY"];

type Operation<P extends keyof paths> = paths[P] extends { get: infer Found } ? Found : never;
type Query<P extends keyof paths> = Operation<P> extends { parameters: { query?: infer Found } } ? NonNullable<Found> : never;
type Place<P extends keyof paths> = Operation<P> extends { parameters: { path: infer Found } } ? Found : never;
type Answer<P extends keyof paths> =
  Operation<P> extends { responses: { 200: { content: { "application/json": infer Body } } } } ? Body : never;
type Given<P extends keyof paths> = { query?: Query<P>; path?: Place<P> };
type Words = Record<string, string | number | boolean | string[]>;

/** What the API refused, with one entry for each parameter that was wrong. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.title}: ${problem.detail}`);
  }
}

const kept = new Map<string, { etag: string; body: string }>();
const asked = new Set<string>();

/** Ask one address. An answer that hasn't changed since the last time costs a few bytes (304). Throws Refused. */
export async function get<P extends keyof paths>(path: P, given?: Given<P>): Promise<Answer<P>>;
export async function get(path: string, given: { query?: Words; path?: Words } = {}): Promise<object> {
  asked.add(path);
  const address = new URL(path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(given.path?.[name]))), site);
  for (const [name, value] of Object.entries(given.query ?? {}))
    for (const one of Array.isArray(value) ? value : [value]) address.searchParams.append(name, String(one));
  const known = kept.get(address.href);
  const headers = new Headers();
  if (known) headers.set("If-None-Match", known.etag);
  if (key) headers.set("Authorization", `Bearer ${key}`);
  const response = await fetch(address, { headers });
  if (response.status === 304 && known) return JSON.parse(known.body);
  if (!response.ok) throw new Refused(await response.json());
  const body = await response.text();
  kept.set(address.href, { etag: response.headers.get("ETag") ?? "", body });
  return JSON.parse(body);
}

type List<T> = { items: T[]; after: string | null };

/** Follow a list to its end, a page at a time. */
export async function* everything<T>(ask: (after: string) => Promise<List<T>>): AsyncGenerator<T> {
  for (let after: string | null = ""; after !== null; ) {
    const page: List<T> = await ask(after);
    yield* page.items;
    after = page.after;
  }
}

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const link = (to: Link): string => `<a href="${escaped(to.url)}">${escaped(to.text)}</a>`;

const image = (picture: Image): string =>
  `<img src="${escaped(picture.url)}" srcset="${escaped(picture.srcset)}" width="${picture.width}" height="${picture.height}"` +
  ` alt="${escaped(picture.alt)}">`;

/** Render one block. The compiler tells when a new kind of block is missing here. */
export function blockHtml(block: Block, post: Post): string {
  switch (block.type) {
    case "heading":
      return `<${block.value.level}>${escaped(block.value.text)}</${block.value.level}>`;
    case "text":
    case "html":
      return block.value.html;
    case "picture":
      return `<figure>${image(block.value)}<figcaption>${escaped(block.value.caption)}</figcaption></figure>`;
    case "quotation":
      return `<blockquote>${escaped(block.value.text)}<footer>${escaped(block.value.source)}</footer></blockquote>`;
    case "fact_box":
      return `<aside><h3>${escaped(block.value.title)}</h3>${block.value.text.html}</aside>`;
    case "links":
      return `<h3>${escaped(block.value.title)}</h3><ul>${block.value.links.map((one) => `<li>${link(one)}</li>`).join("")}</ul>`;
    case "button":
      return `<p class="button">${link(block.value)}</p>`;
    case "person": {
      const { name, portrait, text } = block.value;
      return `<section>${portrait ? image(portrait) : ""}<h3>${escaped(name)}</h3><p>${escaped(text)}</p></section>`;
    }
    case "film": {
      const player = post.players.find((one) => one.url === block.value.url);
      return player
        ? `<iframe src="${escaped(player.src)}" title="${escaped(player.title)}" loading="lazy"></iframe>`
        : link({ text: block.value.title || block.value.url, url: block.value.url });
    }
    case "document":
      return `<p>${link(block.value)} (${escaped(block.value.extension)})</p>`;
    case "key_dates":
      return `<ul>${block.value.dates.map((one) => `<li>${escaped(one.label)}: ${escaped(one.text)}</li>`).join("")}</ul>`;
    default:
      return block satisfies never;
  }
}

/** Render a post's text. */
export const bodyHtml = (post: Post): string => post.body.map((block) => blockHtml(block, post)).join("\n");

/** Say in a line what a type adds: `type` tells which fields there are. */
export function facts(post: Post): string {
  if (post.withheld) return "for members";
  switch (post.type) {
    case "event":
      return [post.fields?.place, ...(post.fields?.programme ?? []).map((one) => `${one.day} ${one.title}`)].join(" · ");
    case "award":
      return (post.fields?.nominees ?? []).map((one) => `${one.project} (${one.organisations.join(", ")})`).join(" · ");
    case "clipping":
      return post.fields?.paper ?? "";
    default:
      return post.type_label;
  }
}

type Found = { kind: "post"; post: Post } | { kind: "list"; list: Index } | { kind: "moved"; to: Redirect };

/** Find out what stands at a path, in one request: what a catch-all route needs. Throws Refused (404). */
export async function page(path: string): Promise<Found> {
  const found = await get("/api/content/v1/by-path", { query: { path } });
  if ("redirect" in found) return { kind: "moved", to: found };
  return "posts" in found ? { kind: "list", list: found } : { kind: "post", post: found };
}

/** Render what stands around every page. */
export const menuHtml = (navigation: Navigation): string =>
  `<nav><ul>${navigation.menu.map((one) => `<li><a href="${escaped(one.path)}">${escaped(one.title)}</a></li>`).join("")}</ul></nav>`;

async function main(): Promise<void> {
  const navigation = await get("/api/content/v1/navigation");
  const front = await page("/");
  const posts: string[] = [];
  let rendered = 0;
  for await (const card of everything((after) => get("/api/content/v1/posts", { query: { limit: 5, after } }))) {
    const post = await get("/api/content/v1/posts/{key}", { path: { key: card.id } });
    rendered += bodyHtml(post).length;
    posts.push(`${card.title}: ${facts(post)}`);
  }
  const open = await get("/api/content/v1/posts", { query: { open: true, type: ["call", "award"], order: "date" } });
  const found = await get("/api/content/v1/posts", { query: { q: "samarbete" } });
  const dates = await get("/api/content/v1/key-dates", { query: { open: true } });
  const board = await get("/api/content/v1/people", { query: { on: "2026-03-06" } });
  const [first] = board.items;
  const person = first && (await get("/api/content/v1/people/{slug}", { path: { slug: first.slug } }));
  const topics = await get("/api/content/v1/topics");
  const regions = await get("/api/content/v1/regions");
  const issues = await get("/api/content/v1/issues");
  const [newest] = issues.items;
  const issue = newest && (await get("/api/content/v1/issues/{key}", { path: { key: newest.id } }));
  const again = await get("/api/content/v1/navigation");
  console.log(
    JSON.stringify({
      asked: [...asked].sort(),
      association: again.association.name,
      menu: menuHtml(navigation),
      front: front.kind,
      posts,
      rendered,
      open: open.items.map((one) => one.title),
      found: found.items.map((one) => one.snippet),
      dates: dates.items.map((one) => `${one.post.title}: ${one.label} ${one.text}`),
      person: person?.name,
      topics: topics.items.map((one) => `${one.name} (${one.posts})`),
      regions: regions.items.length,
      issue: issue?.subject,
    }),
  );
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
