/** Pages that few need are loaded when they are opened. After an update of the server an old page may not find them. */
import { type ComponentType, lazy } from "react";
import { m } from "../messages/index.ts";
import { Button } from "../ui/Button.tsx";
import { ErrorNote } from "../ui/Note.tsx";
import { Heading } from "./Heading.tsx";

function Stale() {
  return (
    <div className="m-auto w-full max-w-lg p-6">
      <Heading className="sr-only">{m.problem.title}</Heading>
      <ErrorNote
        title={m.problem.title}
        actions={<Button icon="again" onClick={() => location.reload()}>{m.people.reload}</Button>}
      >
        {m.people.stale}
      </ErrorNote>
    </div>
  );
}

export const lazily = <P extends object>(load: () => Promise<ComponentType<P>>) =>
  lazy(() => load().then((page) => ({ default: page }), () => ({ default: Stale as ComponentType<P> })));
