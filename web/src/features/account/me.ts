/** Who is looking at the page, and whether that matters here at all. */
import { type QueryClient, queryOptions, useQuery } from "@tanstack/react-query";
import { mode } from "../../api/mode.ts";
import { enterAsGuest, getMe } from "../../api/people.ts";
import { keys } from "../../api/queries.ts";
import type { Me, User } from "../../api/types.ts";
import { news } from "./news.ts";

const fresh = 60_000;

export const meQuery = queryOptions({
  queryKey: keys.me,
  staleTime: fresh,
  queryFn: async (): Promise<Me> => {
    const me = await getMe();
    mode.set(me.mode);
    return me;
  },
});

export const useMe = () => useQuery(meQuery);

/** The user or guest of a service for many; null at home, for a visitor, and until it is known. */
export const useUser = (): User | null => useMe().data?.user ?? null;

/** Whether there is somebody whose photos can be asked for; null until that is known. */
export function useSomebody(): boolean | null {
  const { data, isError } = useMe();
  return data ? data.mode === "home" || data.user !== null : isError || null;
}

export const meNow = (client: QueryClient): Promise<Me> => client.ensureQueryData(meQuery);

const become = (client: QueryClient, user: User | null): void =>
  void client.setQueryData<Me>(keys.me, (old) => old && { ...old, user });

let entering: Promise<void> | null = null;

/** Before the first photo is sent, a visitor becomes a guest. Two photos at once make one guest. */
export async function comeIn(client: QueryClient): Promise<void> {
  const me = await meNow(client);
  if (me.mode === "home" || me.user !== null) return;
  entering ??= enterAsGuest()
    .then((user) => become(client, user))
    .finally(() => {
      entering = null;
    });
  await entering;
}

/** Whether somebody has to sign in before a photo can be sent. */
export function mustSignIn(client: QueryClient): boolean {
  const me = client.getQueryData<Me>(keys.me);
  return me?.mode === "accounts" && me.user === null && !me.guests;
}

const listeners = new Set<() => void>();
export const onEntered = (listener: () => void): void => void listeners.add(listener);

/** Somebody has signed in or up. */
export function entered(client: QueryClient, user: User): void {
  become(client, user);
  for (const listener of listeners) listener();
}

/** The server no longer knows who is here. */
export const forgotten = (client: QueryClient): void => {
  if (client.getQueryData<Me>(keys.me)?.user) become(client, null);
};

/** Somebody is gone: the page starts anew, so that nothing of theirs is left in it. `gone`: their account is, too. */
export function left({ gone = false } = {}): void {
  try {
    sessionStorage.clear();
  } catch {
    // Storage may be switched off; then there is nothing in it.
  }
  if (gone) news.leaveGone();
  location.assign("/");
}
