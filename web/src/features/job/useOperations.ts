/** What the server can do to a photo, each with its own plain sentence about it. */
import type { Operation } from "../../api/types.ts";
import { m } from "../../messages/index.ts";
import type { Option } from "../../ui/Choice.tsx";
import { useCapabilities } from "../gallery/usePhotos.ts";

const known: readonly Operation[] = ["restore", "restore_colorize", "colorize"];

export function useOperations(): Option<Operation>[] {
  const capabilities = useCapabilities().data;
  return known
    .filter((name) => capabilities?.operations.includes(name))
    .map((value) => ({ value, name: m.options.operations[value], hint: capabilities?.operation_notes?.[value] }));
}
