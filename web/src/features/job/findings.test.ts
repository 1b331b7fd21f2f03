import assert from "node:assert/strict";
import { test } from "node:test";
import type { Finding } from "../../api/types.ts";
import { colourless, severityWord, shownFindings, sureWord } from "./findings.ts";

const finding = (degradation: Finding["degradation"], confidence: number, severity: number): Finding => ({
  degradation,
  name: "fading",
  confidence,
  severity,
  reason: "",
});

test("the heaviest finding comes first and what is hardly there is left out", () => {
  const findings = [finding("A", 0.9, 0.1), finding("D", 0.8, 0.9), finding("C", 0.1, 1)];
  const shown = shownFindings({ findings, needs_work: true, measures: {} });
  assert.deepEqual(shown.map((one) => one.degradation), ["D", "A"]);
});

test("numbers become words", () => {
  assert.deepEqual([0.1, 0.5, 0.9].map(severityWord), ["slight", "clear", "strong"]);
  assert.deepEqual([0.9, 0.6, 0.35].map(sureWord), ["very", "fairly", "little"]);
});

test("a photo is taken for one without colours until some were measured", () => {
  const measured = (monochrome: boolean) => ({ findings: [], needs_work: false, measures: { monochrome } });
  assert.equal(colourless(null), true);
  assert.equal(colourless(measured(true)), true);
  assert.equal(colourless(measured(false)), false);
});
