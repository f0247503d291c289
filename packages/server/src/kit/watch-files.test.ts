import assert from "node:assert/strict";
import { mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { createVirtualClock } from "./virtual-clock.ts";
import { watchFiles } from "./watch-files.ts";

describe("watching files", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "watch-files-"));
  });
  after(() => rm(folder, { recursive: true }));

  /** Writes with a time of its own, so that no file system's resolution decides the test. */
  async function write(name: string, seconds: number): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, String(seconds));
    await utimes(path, seconds, seconds);
    return path;
  }

  function watch(paths: readonly string[]) {
    const clock = createVirtualClock();
    let changes = 0;
    const end = watchFiles(paths, { clock, everyMs: 100, changed: () => changes++ });
    // "Nothing has changed" is no event: questions of our own, asked after the watch's, say that those are answered.
    const look = async (): Promise<void> => {
      clock.advance(100);
      for (let n = 0; n < 10; n++) await stat(folder);
    };
    /** Makes changes until one of them was told: the first may come before the first look. */
    const untilTold = async (change: (turn: number) => Promise<unknown>): Promise<void> => {
      const before = changes;
      for (let turn = 1; changes === before; turn++) {
        await change(turn);
        await look();
      }
      for (let n = 0; n < 3; n++) await look();
    };
    return { look, untilTold, end, count: () => changes };
  }

  it("tells when one of them was written, and only then", async () => {
    const watched = watch([await write("a", 1_000), await write("b", 1_000)]);
    await watched.look();
    await watched.look();
    assert.equal(watched.count(), 0);
    await watched.untilTold((turn) => write("b", 1_000 + turn));
    const told = watched.count();
    for (let n = 0; n < 5; n++) await watched.look();
    assert.equal(watched.count(), told);
    watched.end();
  });

  it("sees the swap of a symbolic link", async () => {
    const targets = [await write("old", 1_000), await write("renewed", 2_000)] as const;
    const link = join(folder, "link");
    await symlink(targets[0], link);
    const watched = watch([link]);
    await watched.look();
    await watched.untilTold(async (turn) => {
      await symlink(targets[turn % 2 === 1 ? 1 : 0], `${link}.new`);
      await rename(`${link}.new`, link);
    });
    watched.end();
  });

  it("bears a file that is away while it is being replaced", async () => {
    const path = await write("replaced", 1_000);
    const watched = watch([path]);
    await watched.look();
    await rm(path);
    await watched.look();
    assert.equal(watched.count(), 0);
    await watched.untilTold((turn) => write("replaced", 1_000 + turn));
    watched.end();
  });

  it("is silent once ended, also when a look was under way", async () => {
    const path = await write("ended", 1_000);
    const watched = watch([path]);
    await watched.untilTold((turn) => write("ended", 1_000 + turn));
    const told = watched.count();
    const looking = watched.look();
    watched.end();
    await write("ended", 9_000);
    await looking;
    await watched.look();
    assert.equal(watched.count(), told);
  });
});
