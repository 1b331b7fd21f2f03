/** Credits, money and days as people write them. Credits come in thousandths, money in the smallest unit of its currency. */
const language = "en";
// Never more than there is: 1.96 is not yet 2, which something may cost.
const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 1, roundingMode: "trunc" });

export const creditNumber = (milli: number): string => plain.format(milli / 1000);

export function credits(milli: number): string {
  const number = creditNumber(milli);
  return number === "1" ? "1 credit" : `${number} credits`;
}

/** With its sign: what came and what went. */
export const signedCredits = (milli: number): string => {
  const sign = milli > 0 ? "+" : milli < 0 ? "−" : "";
  return `${sign}${credits(Math.abs(milli))}`;
};

/** Whole amounts are written without cents only when asked for: "$60", but "$4.99". */
export function money(amount: number, currency: string): string {
  const format = new Intl.NumberFormat(language, { style: "currency", currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const value = amount / 10 ** digits;
  if (!Number.isInteger(value)) return format.format(value);
  return new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits: 0 }).format(value);
}

export const day = (iso: string): string =>
  new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

export const dayAndTime = (iso: string): string =>
  new Date(iso).toLocaleString("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
