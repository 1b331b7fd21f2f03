/** A line over every page while the server does not answer. It asks again by itself and goes when all is well. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { getHealth } from "../api/client.ts";
import { mode } from "../api/mode.ts";
import { keys } from "../api/queries.ts";
import { useReached } from "../api/reach.ts";
import { m } from "../messages/index.ts";
import { Icon } from "../ui/icons.tsx";

const whileWell = 20_000;
const whileLost = 2_000;

export function Reach() {
  const client = useQueryClient();
  const reached = useReached();
  const before = useRef(reached);
  useQuery({ queryKey: keys.health, queryFn: getHealth, retry: false, refetchInterval: reached ? whileWell : whileLost });
  useEffect(() => {
    // What was asked in between has failed: ask for everything that is shown once more.
    if (reached && !before.current) void client.invalidateQueries({ predicate: (query) => query.queryKey !== keys.health });
    before.current = reached;
  }, [client, reached]);
  return (
    <div role="status">
      {!reached && (
        <p className="flex items-center justify-center gap-2 bg-bad-surface px-4 py-2 text-center text-sm font-medium text-bad">
          <Icon name="alert" />
          {m.problem.unreachableNow[mode.now()]}
        </p>
      )}
    </div>
  );
}
