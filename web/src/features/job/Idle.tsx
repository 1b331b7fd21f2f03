/** Said of photos that wait while nobody works on any: they would seem to wait their turn for ever. */
import { useQuery } from "@tanstack/react-query";
import { getReady } from "../../api/client.ts";
import { mode } from "../../api/mode.ts";
import { keys } from "../../api/queries.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";

const every = 15_000;

/** `waiting`: something waits for its turn; only then the server is asked. It says so after some minutes. */
export function Idle({ waiting, className = "" }: { waiting: boolean; className?: string }) {
  const { data } = useQuery({
    queryKey: keys.ready,
    queryFn: getReady,
    enabled: waiting,
    retry: false,
    refetchInterval: every,
  });
  const idle = waiting && data?.services.workers?.state === "degraded";
  return (
    <div role="status">
      {idle && (
        <div className={`flex gap-3 rounded-xl border border-line bg-surface p-4 text-[0.9375rem] ${className}`}>
          <Icon name="alert" className="mt-0.5 size-5 text-ember" />
          <div>
            <p className="mb-1 font-semibold">{m.job.idle.title}</p>
            <p>{m.job.idle[mode.now()]}</p>
          </div>
        </div>
      )}
    </div>
  );
}
