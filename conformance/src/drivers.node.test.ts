import assert from "node:assert/strict";
import { conformance } from "./stage/conformance.ts";
import { drive, drivers, type Told } from "./stage/driver.ts";
import { publishMany, upTo } from "./stage/publish-many.ts";

const install = process.env.CONFORMANCE_DRIVERS === "1";
const prepared = await Promise.all(drivers.map(async (driver) => ({ ...driver, ...(await driver.prepare(install)) })));

conformance("official clients of other languages", { profile: "features" }, (test) => {
  for (const each of prepared) {
    const { language } = each;
    if ("reason" in each) {
      test(`${language}: not run: ${each.reason}`, async () => console.log(`${language}: not run: ${each.reason}`));
      continue;
    }
    for (const form of ["json", "protobuf"]) {
      test(`${language} with ${form} publishes, recovers over a cut, and reads history and presence`, async (stage) => {
        const { subject } = stage;
        const name = stage.channel("stream");
        const cable = await stage.cable();
        const driven = drive(each.command, [cable.websocketUrl, await subject.token({ sub: language }), name, form]);
        try {
          const { told } = driven;
          const published = (all: readonly Told[]): readonly Told[] =>
            all.filter(({ event }) => event === "publication");
          const heardOf = (n: number): Promise<void> =>
            Promise.race([told.until((all) => published(all).length >= n, `${n} publications`), driven.ended()]);
          await heardOf(1);
          await publishMany(subject, name, { from: 2, to: 20 });
          await heardOf(20);
          cable.unplug();
          await publishMany(subject, name, { from: 21, to: 250 });
          cable.plugIn();
          await heardOf(250);
          assert.deepEqual(
            published(told.entries).map(({ data, offset }) => [data, offset]),
            upTo(250).map((n) => [n, n]),
          );
          const returned = told.entries.filter(({ event }) => event === "subscribed");
          assert.deepEqual(
            returned.map(({ wasRecovering, recovered }) => [wasRecovering, recovered]),
            [
              [false, false],
              [true, true],
            ],
          );
          driven.goOn();
          const history = await told.first(({ event }) => event === "history");
          assert.deepEqual([history.data, history.offset], [upTo(100), 250]);
          assert.deepEqual((await told.first(({ event }) => event === "presence")).users, [language]);
          await driven.ended();
          console.log(`${language} with ${form}: run`);
        } finally {
          driven.kill();
        }
      });
    }
  }
});
