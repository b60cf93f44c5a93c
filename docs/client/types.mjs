// Write TypeScript's view of an OpenAPI document: `node types.mjs [document] [target]`; `make types` runs it.
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const [document = "../../tests/openapi.json", target = "ordet.d.ts"] = process.argv.slice(2);
const spec = JSON.parse(await readFile(document, "utf8"));
const made = astToString(await openapiTS(spec, { cwd: pathToFileURL(`${process.cwd()}/`), alphabetize: true }));
// Every header is a text; openapi-typescript knows only those that a document names.
const typed = made.replaceAll("[name: string]: unknown;", "[name: string]: string;");
const told = typed.replace(/ +\/\*\*\n +\* @description discriminator enum property added by openapi-typescript\n(?: +\* @enum .*\n)? +\*\/\n/g, "");
// Short names for what a site is made of: `Schemas["Card"]` as `Card`.
const names = Object.keys(spec.components.schemas).sort();
const short = names.map((name) => `export type ${name} = components["schemas"]["${name}"];`).join("\n");
const head = "// Types of Ordet's content API, made from its OpenAPI document by `make types`. Copy this file into your project.\n";
await writeFile(target, `${head}${told}\n${short}\n`);
