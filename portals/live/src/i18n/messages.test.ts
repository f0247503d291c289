import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { en } from "./en.ts";
import { esMx } from "./es-mx.ts";
import { ptBr } from "./pt-br.ts";

const keys = Object.keys(en) as (keyof typeof en)[];
const slots = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "").sort();
const forms = (text: string): string[] => text.split(" | ");

describe("messages", () => {
  for (const [name, messages] of Object.entries({ en, "es-MX": esMx, "pt-BR": ptBr })) {
    it(`of ${name} have the plural forms and slots of English in every form`, () => {
      for (const key of keys) {
        assert.equal(forms(messages[key]).length, forms(en[key]).length, key);
        for (const form of forms(messages[key])) {
          assert.deepEqual(slots(form), slots(forms(en[key])[0] ?? ""), key);
        }
      }
    });
  }

  it("are all used", () => {
    const source = readdirSync(new URL("..", import.meta.url), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(vue|ts)$/.test(file) && !file.includes("i18n"))
      .map((file) => readFileSync(new URL(`../${file}`, import.meta.url), "utf8"))
      .join("\n");
    // `t(`state.${state}`)` uses every key of that group.
    const groups = [...source.matchAll(/`(\w+)\.\$\{/g)].map(([, group]) => `${group}.`);
    const unused = keys.filter((key) => !source.includes(`"${key}"`) && !source.includes(`'${key}'`));
    assert.deepEqual(
      unused.filter((key) => !groups.some((group) => key.startsWith(group))),
      [],
    );
  });
});
