/** Whether this is a machine at home or a service for many, for sentences that depend on it. */
export type Mode = "home" | "accounts";

let current: Mode = "home";

export const mode = {
  now: (): Mode => current,
  set: (next: Mode): void => {
    current = next;
  },
};
