/** The sentences about making something new of a photo, about who does it, and about how it was done. */
const photos = (count: number): string => (count === 1 ? "1 photo" : `${count} photos`);
const list = new Intl.ListFormat("en", { type: "disjunction" });

const duration = (seconds: number): string => {
  if (seconds < 1.5) return "about a second";
  if (seconds < 50) return `about ${seconds < 10 ? Math.round(seconds) : Math.round(seconds / 5) * 5} seconds`;
  return seconds < 90 ? "about a minute" : `about ${Math.round(seconds / 60)} minutes`;
};

/** Millionths of a dollar as people write them. */
const dollars = (micros: number): string => {
  if (micros === 0) return "free";
  if (micros < 10_000) return "less than 1 cent";
  return `about $${(micros / 1e6).toFixed(2)}`;
};

const fileSize = (bytes: number): string =>
  bytes < 950_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`;

export const making = {
  making: {
    more: "Do more with this photo",
    moreOf: (name: string) => `Do more with ${name} alone`,
    resultAlt: (name: string) => `What was made of ${name} and others`,
    titles: {
      restyle: "Redo it in another style",
      enhance: "Enhance this photo",
      animate: "Make it move",
      fuse: "Blend photos into one",
      bring_together: "Bring people together",
    },
    run: {
      restyle: "Redo it in this style",
      enhance: "Enhance it",
      animate: "Make the film",
      fuse: "Blend them",
      bring_together: "Bring them together",
    },
    /** While it is done. */
    doing: {
      restore: "Restoring your photo",
      colorize: "Colouring your photo",
      restore_colorize: "Restoring your photo",
      restyle: "Redoing your photo",
      enhance: "Enhancing your photo",
      fuse: "Blending your photos",
      bring_together: "Bringing people together",
      animate: "Making your photo move",
    },
    doingStage: "Making it",
    finishingStage: "Looking at what came of it",
    /** When it is done. */
    done: {
      restyle: "Your photo in another style",
      enhance: "Your photo is enhanced",
      fuse: "Your photos are one",
      bring_together: "They are together",
      animate: "Your photo moves",
    },
    failed: "This could not be made",
    canceled: "You stopped it",
    ready: "Ready",
    working: (percent: number) => `Working on it, ${percent}%`,
    style: "Style",
    styles: {
      storybook: "Storybook",
      action: "Comic",
      pixels: "Pixels",
      oil: "Oil paint",
      cartoon: "Cartoon",
    },
    taste: "The small pictures give a taste of it, from your photo.",
    enhancement: "What to better",
    enhancements: {
      lighting: { name: "Light", hint: "Brighter where it is too dark" },
      style: { name: "Look", hint: "Clearer and crisper, as printed today" },
      background: { name: "Background", hint: "Calmer behind what matters" },
      mood: { name: "Mood", hint: "Warmer and softer" },
      custom: { name: "As I describe it", hint: "In your own words, below" },
    },
    amount: "How much",
    amountWords: (share: number) => `${Math.round(share * 100)}%`,
    seconds: "How long",
    secondsWords: (seconds: number) => `${seconds} seconds`,
    finer: "Finer quality",
    finerHint: "More detail, at a higher price",
    others: "The photos",
    othersHint: "The first one leads: the others follow it.",
    cancel: "Cancel",
    from: (count: number) => `Made from ${photos(count)}`,
    fromOne: (number: number, name: string) => `Photo ${number}: ${name}`,
    film: (name: string) => `The film of ${name}`,
    filmSeconds: (seconds: number) => `A film of ${Number(seconds.toFixed(1))} seconds`,
    saveFilm: "Download the film",
  },
  select: {
    start: "Combine photos",
    title: (count: number) => (count === 0 ? "Choose photos" : `${photos(count)} chosen`),
    hint: "Choose two or more, to make one picture of them.",
    stop: "Done choosing",
    choose: (name: string) => `Choose ${name}`,
    full: (most: number) => `${most} photos at most.`,
  },
  mood: {
    title: "Optional: The mood of another photo",
    hint: "Its light and colours are taken, and nothing of what it shows.",
    choose: "Choose a photo",
    none: "None",
    more: "More photos",
  },
  prompt: {
    label: {
      restore: "Optional: Describe how you want to restore this photo",
      colorize: "Optional: Describe the colours that you want",
      restore_colorize: "Optional: Describe how you want to restore this photo",
      restyle: "Optional: Describe how it should look",
      enhance: "Optional: Describe how it should look",
      fuse: "Optional: Describe what should come of it",
      bring_together: "Optional: Describe where they should be",
      animate: "Optional: Describe how it should move",
    },
    needed: "Describe how it should look",
    missing: "Write a few words about what you want.",
    hereEnhance: "The engine on this machine knows plain words, such as brighter, warmer or softer.",
    left: (count: number) => `${count} letters left`,
    show: "See the whole request",
    shown: "This is what a model is asked",
    shownHere: "A model would be asked this. The engine on this machine does not need it.",
    hide: "Hide it",
    rewrite: "Have my words put better",
    rewriteReads: (title: string) => `Your words are sent to ${title}. What you see in the request is what is used.`,
    rewriteLooks: (title: string) =>
      `Your words and a small copy of the photo are sent to ${title}. What you see in the request is what is used.`,
    rewritten: (title: string) => `Put into words by ${title}.`,
    inVain: (title: string) => `${title} had nothing better to say, so the usual words are sent.`,
    asking: "Putting it into words…",
    nothing: "Nothing: this photo needs no work.",
  },
  who: {
    title: "Who does it",
    automatic: "Automatic",
    automaticSends: "We choose who suits this photo. It may leave this machine.",
    automaticStays: "We choose who suits this photo",
    here: "This machine",
    hereHint: (seconds: number) => `Nothing leaves it. Free, ${duration(seconds)}.`,
    leaves: "Leaves this machine.",
    /** A price and a time, as far as they are known: "about $0.04, about 10 seconds". */
    price: (low: number | null, high: number | null, seconds: number, told: boolean) => {
      const words =
        low === null || high === null ? "price not known" : low === high ? dollars(low) : `${dollars(low)} to $${(high / 1e6).toFixed(2)}`;
      const said = told ? `${words}, ${duration(seconds)}.` : `${duration(seconds)}.`;
      return said.charAt(0).toUpperCase() + said.slice(1);
    },
    model: "Model",
    anyModel: "Whichever suits best",
    modelOption: (model: string, cost: number | null) => (cost === null ? model : `${model}, ${dollars(cost)}`),
    experimental: "Being tried out.",
    /** Before a press. */
    goes: (title: string) => `This sends your photo to ${title}.`,
    goMany: (title: string) => `This sends your photos to ${title}.`,
    mayGo: (titles: readonly string[]) => `This may send your photo to ${list.format(titles)}.`,
    mayGoMany: (titles: readonly string[]) => `This may send your photos to ${list.format(titles)}.`,
    mayGoNew: (titles: readonly string[]) => `Photos that you add may be sent to ${list.format(titles)} to be restored.`,
    mayLeave: "Photos may leave this machine",
    stays: "Nothing leaves this machine.",
  },
  keep: {
    photo: "Keep this photo on this machine",
    photoHint: "It is sent to nobody. Only the engine on this machine works on it.",
    byAccount: "Your account keeps all photos on this machine.",
    added: "Keep the photos that I add on this machine",
    accountTitle: "Privacy",
    account: "Keep all my photos on this machine",
    accountHint: "They are sent to nobody, also those that you have. Only the engine on this machine works on them.",
    accountNone: "Everything is done on this machine anyway: nothing is sent to anybody.",
  },
  made: {
    here: "Made on this machine",
    by: (title: string) => `Made by ${title}`,
    generated: "Generated: details may be made up",
    degraded: "Done on this machine, as nobody else could do it. It costs less than it would have.",
    degradedFree: "Done on this machine, as nobody else could do it. Another try later may come out better.",
  },
  story: {
    title: "How this was done",
    loading: "Looking it up…",
    considered: "Who was considered",
    notAsked: "Not asked",
    first: (number: number) => `${number}.`,
    attempts: "What was tried",
    none: "Nobody had to be asked.",
    /** Where nobody but this machine had a part in it. */
    here: (seconds: number | null) =>
      seconds === null ? "This machine did it by itself." : `This machine did it by itself, in ${duration(seconds)}.`,
    hereFree: "It cost nothing.",
    hereStayed: "Nothing left this machine for it.",
    leftOtherwise: "What left this machine for other versions",
    status: {
      started: "under way",
      pending: "under way",
      done: "worked",
      failed: "did not work",
      unknown: "nobody knows how it ended",
      canceled: "stopped",
    },
    took: duration,
    cost: (micros: number) => (micros === 0 ? "free" : `$${(micros / 1e6).toFixed(micros < 10_000 ? 4 : 2)}`),
    words: "What was asked for",
    wordsBy: (title: string) => `Put into words by ${title}`,
    wordsInVain: "The usual words: nobody could put them better",
    left: "What left this machine",
    nothingLeft: "Nothing of this photo has left this machine.",
    sent: (title: string, bytes: number) => `${fileSize(bytes)} to ${title}`,
    sentAt: (when: string, host: string) => `${when}, at ${host}`,
  },
  report: {
    open: "Report a problem",
    title: "Report a problem",
    reason: "What is wrong?",
    reasons: {
      looks_wrong: "It looks wrong",
      indecent: "It shows something that it must not",
      not_mine: "It shows somebody who did not agree",
      refused_by_mistake: "It was refused by mistake",
      other: "Something else",
    },
    text: "Optional: Say more about it",
    send: "Send the report",
    who: { home: "It is kept on this machine, for whoever runs it.", accounts: "Whoever runs this service reads it." },
    thanks: "Thank you. Your report has been taken in.",
    close: "Close",
  },
} as const;
