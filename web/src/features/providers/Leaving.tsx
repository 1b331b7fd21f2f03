/** Said before a press: to whom it sends a photo. Where nothing can leave at all, nothing is said. */
import type { Photo } from "../../api/types.ts";
import type { Wish } from "../../api/wish.ts";
import { m } from "../../messages/index.ts";
import { Icon } from "../../ui/icons.tsx";
import { useGoesTo, useSenders } from "./useOffers.ts";

interface Props {
  wish: Wish;
  photos: readonly Photo[];
  className?: string;
}

export function Leaving({ wish, photos, className = "" }: Props) {
  const senders = useSenders();
  const places = useGoesTo(wish.operation, wish.options, photos);
  if (senders.length === 0) return null;
  const many = photos.length > 1;
  const [place] = places;
  const sure = wish.options.provider !== null && place !== undefined;
  const words = sure ? (many ? m.who.goMany : m.who.goes)(place) : (many ? m.who.mayGoMany : m.who.mayGo)(places);
  return (
    <p className={`flex gap-2 text-sm ${places.length > 0 ? "font-medium text-ember" : "text-soft"} ${className}`}>
      <Icon name={places.length > 0 ? "send" : "lock"} className="mt-0.5 size-4" />
      <span>{places.length > 0 ? words : m.who.stays}</span>
    </p>
  );
}
