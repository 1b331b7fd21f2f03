import assert from "node:assert/strict";
import { test } from "node:test";
import type { Item } from "../upload/queue.ts";
import { arrange, position } from "./arrange.ts";

const at = (second: number): string => new Date(second * 1000).toISOString();
const photo = (id: string, second: number) => ({ id, created_at: at(second) });
const item = (key: number, batch: number, place: number): Item => ({ key, batch, place }) as Item;
const ids = (tiles: ReturnType<typeof arrange>): string[] =>
  tiles.map((tile) => ("photo" in tile ? tile.photo.id : `item ${tile.item.key}`));

test("photos that were dropped together stand in the order in which they were dropped", () => {
  const photos = [photo("c", 12), photo("a", 11), photo("b", 11), photo("old", 1)];
  const places = new Map(["a", "b", "c"].map((id, place) => [id, { batch: 10_000, place }]));
  assert.deepEqual(ids(arrange(photos, [], places)), ["a", "b", "c", "old"]);
});

test("a photo stays where it is when it has arrived", () => {
  const places = new Map([["a", { batch: 10_000, place: 0 }]]);
  assert.deepEqual(ids(arrange([photo("a", 11)], [item(2, 10_000, 1), item(3, 10_000, 2)], places)), ["a", "item 2", "item 3"]);
});

test("what was dropped last comes first, and what nobody dropped here by its time", () => {
  const places = new Map([["a", { batch: 10_000, place: 0 }]]);
  assert.deepEqual(ids(arrange([photo("new", 30), photo("a", 11), photo("old", 5)], [item(1, 20_000, 0)], places)), [
    "new",
    "item 1",
    "a",
    "old",
  ]);
});

test("a tile shows the faces, as far as the picture reaches", () => {
  assert.equal(position(null, 1.5), undefined);
  assert.equal(position({ x: 0.5, y: 0.5 }, 1.5), "50% 50%");
  assert.equal(position({ x: 0.1, y: 0.9 }, 1.5), "0% 50%");
  assert.equal(position({ x: 0.5, y: 0.2 }, 0.5), "50% 0%");
  assert.equal(position({ x: 0.5, y: 0.4 }, 0.5), "50% 30%");
});
