/** The sentences about people and credits that may be on any page: header, banner, buttons that spend. */
import { credits } from "./amounts.ts";

export const spending = {
  people: {
    signIn: "Sign in",
    signUp: "Sign up",
    signOut: "Sign out",
    menu: "Your account",
    guestMenu: "Sign in, sign up and plans",
    account: "Account",
    plans: "Plans and top-ups",
    credits: "Credits",
    balance: (milli: number) => `${credits(milli)}, to your credits`,
    debt: "Credits owed",
    keep: "Sign up to keep your photos",
    keepText: "They come along to your account, and nobody else can see them.",
    today: (used: number, most: number) => `${Math.min(used, most)} of ${most} photos today`,
    reload: "Load the page again",
    stale: "This part of the page could not be loaded. It may have changed since you came.",
  },
  spending: {
    /** The label of a button that spends. */
    priced: (label: string, price: string) => `${label} · ${price}`,
    upTo: (milli: number) => `up to ${credits(milli)}`,
    freeIfFine: "Nothing to pay if nothing needs doing.",
    each: (price: string) => `${price} for each photo. Nothing to pay if nothing needs doing.`,
    short: (have: number, need: number) => `You have ${credits(have)}. This needs ${credits(need)}.`,
    notBegun: (count: number) => (count === 1 ? "One photo was not restored" : `${count} photos were not restored`),
    topUp: "Get credits",
    notCharged: "You were not charged.",
    charged: (milli: number) => `This cost ${credits(milli)}.`,
    toCredits: "See your credits",
    toPlans: "See the plans",
  },
} as const;
