import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createFindings } from "../measure/findings.ts";
import type { RunningServer } from "../servers/target.ts";
import { measureBroadcast } from "./broadcast.ts";
import { checkSocketIo, roomForm } from "./check-socketio.ts";
import type { Contender, Contest } from "./contender.ts";
import { plainContest, socketIoContest } from "./contests.ts";
import { kinds, toRoom } from "./kinds.ts";
import { doorsPlan } from "./plan.ts";

const tiny = { ...doorsPlan({ quick: true }), subscribers: 12, windowSeconds: 0.02 };

async function withServer(contender: Contender, work: (server: RunningServer) => Promise<void>): Promise<void> {
  const server = await contender.start();
  try {
    await work(server);
  } finally {
    await server.stop();
  }
}

const contendersOf = ({ floor, ours, rival, others }: Contest): readonly Contender[] => [floor, ours, rival, ...others];

describe("contenders", () => {
  for (const [name, contest] of Object.entries({ plain: plainContest, "Socket.IO": socketIoContest })) {
    for (const contender of contendersOf(contest)) {
      it(`${name}, ${contender.label}: official clients and the bench's own get each broadcast once`, () =>
        withServer(contender, async (server) => {
          const findings = createFindings();
          for (const kind of kinds.filter(({ id }) => contender.kinds.includes(id))) {
            await contender.check(server, kind);
            const costs = await measureBroadcast({ contender, server, plan: tiny }, kind, findings);
            assert.equal(costs.length, 2);
            if (!kind.mayLose) for (const { arrived } of costs) assert.equal(arrived, 1);
          }
          assert.ok(findings.deliveries > 0);
          assert.deepEqual([findings.lost, findings.duplicated], [0, 0]);
        }));
    }
  }

  it("do not pass when somebody gets what is not for him", () =>
    withServer(socketIoContest.floor, async (server) => {
      const forNobody = { ...toRoom, leftOut: toRoom.places.join(" ") };
      await assert.rejects(checkSocketIo(server, forNobody, roomForm), /an official client in bench:live got/);
    }));
});
