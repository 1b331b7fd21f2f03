import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../api/problem.ts";
import type { Photo } from "../../api/types.ts";
import { UploadQueue } from "./queue.ts";

const photo = (id: string): Photo => ({ id }) as Photo;
const tick = () => new Promise((resolve) => setTimeout(resolve, 1));

function make(refuse: (file: File) => Problem | null = () => null) {
  const finish: ((photo: Photo) => void)[] = [];
  const fail: ((error: unknown) => void)[] = [];
  const started: string[] = [];
  const queue = new UploadQueue({
    send: () => {
      const done = new Promise<Photo>((resolve, reject) => {
        finish.push(resolve);
        fail.push(reject);
      });
      return { done, abort: () => undefined };
    },
    refuse,
    start: async (one) => {
      started.push(one.id);
    },
    show: () => "",
    hide: () => undefined,
  });
  return { queue, finish, fail, started, states: () => queue.snapshot().map((item) => item.state) };
}

const files = (count: number) => Array.from({ length: count }, (_, i) => new File(["x"], `${i}.jpg`));

test("at most two photos are sent at a time and the rest follow in order", async () => {
  const { queue, finish, started, states } = make();
  queue.add(files(3));
  assert.deepEqual(states(), ["sending", "sending", "waiting"]);
  finish[0]?.(photo("a"));
  await tick();
  assert.deepEqual(states(), ["sending", "sending"]);
  assert.deepEqual(started, ["a"]);
});

test("a photo that fails does not stop the others and can be tried again", async () => {
  const { queue, fail, finish, states } = make();
  queue.add(files(2));
  fail[0]?.(new Problem(422, "damaged_file", "t", "It is damaged."));
  finish[1]?.(photo("b"));
  await tick();
  assert.deepEqual(states(), ["failed"]);
  assert.equal(queue.snapshot()[0]?.problem?.message, "It is damaged.");
  queue.retry(1);
  assert.equal(states()[0], "sending");
});

test("a photo that cannot be taken is never sent", () => {
  const { queue, finish, states } = make(() => new Problem(413, "too_large", "t", "Too large."));
  queue.add(files(1));
  assert.deepEqual(states(), ["failed"]);
  assert.equal(finish.length, 0);
});

test("a photo that was taken off the list is not started", async () => {
  const { queue, finish, started } = make();
  queue.add(files(2));
  queue.remove(1);
  finish[1]?.(photo("b"));
  await tick();
  assert.deepEqual(started, ["b"]);
  assert.equal(queue.snapshot().length, 0);
});

test("only a photo that was dropped alone is opened by itself", () => {
  const { queue } = make();
  queue.add(files(1));
  queue.add(files(2));
  assert.deepEqual(queue.snapshot().map((item) => item.solo), [true, false, false]);
});
