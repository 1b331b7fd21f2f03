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
    plansMenu: "Sign in, plans and prices",
    visitorPlans: "Plans and prices",
    credits: "Credits",
    balance: (milli: number) => `${credits(milli)}, to your credits`,
    debt: "Credits owed",
    keep: "Sign up to keep your photos",
    keepText: "They come along to your account, and nobody else can see them.",
    guestGets: {
      both: "As a guest, you get small pictures with a mark in the corner.",
      small: "As a guest, you get small pictures.",
      mark: "As a guest, you get pictures with a mark in the corner.",
    },
    mailed: (email: string) => `We sent a mail to ${email}. Open the link in it to confirm that the address is yours.`,
    gone: "Your account is deleted, and everything in it is gone.",
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
    price: (price: string) => `A restored photo costs ${price}. Nothing to pay if nothing needs doing.`,
    shortHere: "You do not have enough credits for this.",
    debtHere: "Credits that were taken back are still owed.",
  },
  /** What a plan lets out of a result. */
  allowed: {
    size: {
      user: (width: number, height: number) => `${width} × ${height} pixels with your plan`,
      guest: (width: number, height: number) => `${width} × ${height} pixels as a guest`,
    },
    larger: "Larger with another plan",
    mark: { user: "With your plan, a small mark is in the corner.", guest: "As a guest, a small mark is in the corner." },
    unmarked: "See plans without it",
    full: {
      user: (width: number, height: number) =>
        `With your plan, the result has ${width} × ${height} pixels, also when it is enlarged.`,
      guest: (width: number, height: number) =>
        `As a guest, the result has ${width} × ${height} pixels, also when it is enlarged.`,
    },
  },
} as const;
