import assert from "node:assert/strict";
import { test } from "node:test";
import { DirectWay, type Leave, type Ways } from "./direct.ts";
import { Problem } from "./problem.ts";
import type { Photo } from "./types.ts";

const leave: Leave = { upload: "word", method: "PUT", url: "https://store/incoming/1", headers: {} };
const photo = { id: "1" } as Photo;
const file = new File(["x"], "a.jpg", { type: "image/jpeg" });
const refusal = (code: string, status = 409) => new Problem(status, code, "", "");

function way(changes: Partial<Ways> = {}) {
  const said: string[] = [];
  const ways: Ways = {
    announce: async () => leave,
    put: async () => true,
    done: async () => photo,
    ...changes,
  };
  const direct = new DirectWay({
    announce: (one) => (said.push("announce"), ways.announce(one)),
    put: (...all) => (said.push("put"), ways.put(...all)),
    done: (word) => (said.push("done"), ways.done(word)),
  });
  const stop = new AbortController();
  return { said, stop, send: () => direct.send(file, () => undefined, stop.signal) };
}

test("a photo goes to the store, and the server is told", async () => {
  const { said, send } = way();
  assert.equal(await send(), photo);
  assert.deepEqual(said, ["announce", "put", "done"]);
});

test("a store that cannot be reached is tried once", async () => {
  const { said, send } = way({ put: async () => false });
  assert.equal(await send(), null);
  assert.equal(await send(), null);
  assert.deepEqual(said, ["announce", "put"]);
});

test("a server that takes photos in itself is left to do so", async () => {
  for (const code of ["no_direct_uploads", "upload_not_there", "upload_not_known"]) {
    const refuse = async () => {
      throw refusal(code);
    };
    assert.equal(await way(code === "no_direct_uploads" ? { announce: refuse } : { done: refuse }).send(), null);
  }
});

test("a photo that was refused is not sent a second time", async () => {
  for (const [code, status] of [["unsupported_format", 415], ["too_large", 413], ["storage_away", 503]] as const) {
    const { send } = way({
      done: async () => {
        throw refusal(code, status);
      },
    });
    await assert.rejects(send, { code });
  }
});

test("what was stopped stays stopped", async () => {
  const { said, stop, send } = way();
  stop.abort();
  await assert.rejects(send, { name: "AbortError" });
  assert.deepEqual(said, ["announce"]);
});
