/** A page that is on its way: it has a heading from the start, for those who hear it. */
import { m } from "../messages/index.ts";

export function Loading() {
  return (
    <div className="m-auto p-8 text-soft">
      <h1 className="sr-only">{m.app.name}</h1>
      <p>{m.app.loading}</p>
    </div>
  );
}
