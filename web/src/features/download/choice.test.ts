import assert from "node:assert/strict";
import { test } from "node:test";
import { downloadUrl, quickDownload, remembered, usual } from "./choice.ts";

const rendition = { download_url: "/api/v1/renditions/r/download", media: "picture" } as const;

test("only what applies to the format is asked for", () => {
  assert.equal(
    downloadUrl(rendition, { ...usual, format: "tiff", depth: 16, metadata: "strip" }),
    "/api/v1/renditions/r/download?format=tiff&depth=16&metadata=strip",
  );
  assert.equal(quickDownload(rendition), "/api/v1/renditions/r/download?format=jpeg&quality=92&metadata=keep");
});

test("an address that has parameters keeps them", () => {
  assert.match(downloadUrl({ ...rendition, download_url: "/d?token=1" }, usual), /^\/d\?token=1&format=jpeg/);
});

test("a film is taken as it is", () => {
  const film = { download_url: "/d?token=1", media: "film" } as const;
  assert.equal(quickDownload(film), "/d?token=1&format=mp4");
});

test("without anything remembered the usual choice is offered", () => {
  assert.deepEqual(remembered(), usual);
});
