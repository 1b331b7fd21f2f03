/** When somebody else looks at the page, nothing of whoever was here before may stay in it. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { keys } from "../../api/queries.ts";
import type { User } from "../../api/types.ts";
import { useMe } from "./me.ts";

const ofEverybody: readonly unknown[] = [keys.me[0], keys.health[0], keys.capabilities[0], "verify"];

const standing = (user: User | null): string => [user?.id, user?.role, user?.plan.name].join(" ");

export function useFollowUser(): void {
  const client = useQueryClient();
  const { data } = useMe();
  const known = useRef<User | null | undefined>(undefined);
  useEffect(() => {
    if (!data) return;
    const before = known.current;
    known.current = data.user;
    if (before === undefined || standing(before) === standing(data.user)) return;
    const own = { predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => !ofEverybody.includes(queryKey[0]) };
    // The same person with another plan sees other prices; another person sees other photos.
    void (before?.id === data.user?.id ? client.invalidateQueries(own) : client.resetQueries(own));
  }, [client, data]);
}
