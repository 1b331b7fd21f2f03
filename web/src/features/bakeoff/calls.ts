/** What the page asks of the server to have several do the same thing. */
import { api, once, take } from "../../api/call.ts";
import type { components } from "../../api/schema.gen.ts";
import type { Wish } from "../../api/wish.ts";

type Schemas = components["schemas"];

export type Candidate = Schemas["CandidateOut"];
export type Bakeoff = Schemas["BakeoffOut"];
export type Entry = Schemas["BakeoffJobOut"];
export type Single = Schemas["QuoteBakeoff"]["operation"];

export const bakeoffKeys = {
  one: (id: string) => ["bakeoff", id] as const,
  ofPhoto: (photo: string) => ["bakeoffs", photo] as const,
  favourites: ["favourites"] as const,
  candidates: (photo: string, operation: Single) => ["candidates", photo, operation] as const,
};

export const getCandidates = (photo_id: string, operation: Single) =>
  take(api.GET("/api/v1/bakeoffs/candidates", { params: { query: { photo_id, operation } } }));

export const listBakeoffs = (photo_id: string) => take(api.GET("/api/v1/bakeoffs", { params: { query: { photo_id } } }));

export const getBakeoff = (bakeoff_id: string) =>
  take(api.GET("/api/v1/bakeoffs/{bakeoff_id}", { params: { path: { bakeoff_id } } }));

export interface Contest {
  photoId: string;
  wish: Wish & { operation: Single };
  candidates: readonly Pick<Candidate, "provider" | "model">[];
  blind: boolean;
  /** The price that was shown, in milli-credits: a higher one is refused. */
  price: number | null;
}

export const startBakeoff = ({ photoId, wish, candidates, blind, price }: Contest) =>
  take(
    api.POST("/api/v1/bakeoffs", {
      params: { header: once() },
      body: {
        photo_id: photoId,
        ...wish,
        candidates: candidates.map(({ provider, model }) => ({ provider, model })),
        blind,
        max_price: price,
      },
    }),
  );

/** The best result by its letter; null where none of them is better than the photo. */
export const chooseResult = (bakeoff_id: string, letter: Entry["letter"] | null) =>
  take(
    api.POST("/api/v1/bakeoffs/{bakeoff_id}/choice", {
      params: { path: { bakeoff_id } },
      body: { letter, none_better: letter === null },
    }),
  );

export const getFavourites = () => take(api.GET("/api/v1/account/favourites"));

export const forgetFavourite = (operation: Single) =>
  take(api.DELETE("/api/v1/account/favourites", { params: { query: { operation } } }));
