/** Writes .gz and .br beside each text asset, so that the server never compresses on the way out. */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const folder = fileURLToPath(new URL("../../src/rekindle/web/", import.meta.url));
const kinds = new Set([".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"]);
const smallest = 1024;

for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (!entry.isFile() || !kinds.has(extname(path))) continue;
  const bytes = await readFile(path);
  if (bytes.length < smallest) continue;
  await writeFile(`${path}.gz`, gzipSync(bytes, { level: 9 }));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: 11 };
  await writeFile(`${path}.br`, brotliCompressSync(bytes, { params: quality }));
}
