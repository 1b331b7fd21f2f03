/** Which page belongs to an address, and which of them are for somebody who is known. */
import { Suspense, useEffect } from "react";
import type { Me } from "../api/types.ts";
import { useMe } from "../features/account/me.ts";
import { useFollowUser } from "../features/account/useFollowUser.ts";
import { BrushPage } from "../features/brush/BrushPage.tsx";
import { ColourPage } from "../features/colour/ColourPage.tsx";
import { CornersPage } from "../features/crop/CornersPage.tsx";
import { Home } from "../features/gallery/Home.tsx";
import { PhotoPage } from "../features/job/PhotoPage.tsx";
import { gate } from "./gate.ts";
import { lazily } from "./lazily.tsx";
import { Loading } from "./Loading.tsx";
import { NotFound } from "./NotFound.tsx";
import { before, navigate, type Route } from "./route.ts";

const BakeoffPage = lazily(() => import("../features/bakeoff/BakeoffPage.tsx").then((file) => file.BakeoffPage));
const Entrances = lazily(() => import("../features/account/Entrances.tsx").then((file) => file.Entrances));
const Inside = lazily(() => import("../features/account/Inside.tsx").then((file) => file.Inside));

/** The pages that are the same at home and in a service for many. */
function Photos({ route }: { route: Route }) {
  if (route.page === "home") return <Home />;
  if (route.page === "photo") return <PhotoPage key={route.id} id={route.id} />;
  if (route.page === "corners") return <CornersPage key={route.id} id={route.id} />;
  if (route.page === "bakeoff") {
    return (
      <Suspense fallback={<Loading />}>
        <BakeoffPage key={`${route.id} ${route.bakeoff}`} {...route} />
      </Suspense>
    );
  }
  if (route.page === "brush") return <BrushPage key={route.id} {...route} />;
  if (route.page === "colour") return <ColourPage key={route.id} {...route} />;
  return <NotFound />;
}

/** Who has signed in goes on where they were. */
function GoBack() {
  useEffect(() => navigate(before(), { replace: true }), []);
  return <Loading />;
}

function People({ route, me }: { route: Route; me: Me }) {
  const way = gate(route, me.user);
  if (way === "photos") return <Photos route={route} />;
  if (way === "back") return <GoBack />;
  if (way === "entrance") return <Entrances route={route} />;
  if (way === "inside") return <Inside route={route} me={me} user={me.user} />;
  return <Entrances route={{ page: way }} first />;
}

export function Screen({ route }: { route: Route }) {
  const { data: me, isError } = useMe();
  useFollowUser();
  // The first page does not wait for anything.
  if (route.page === "home" || me?.mode === "home" || (!me && isError)) return <Photos route={route} />;
  if (!me) return <Loading />;
  return (
    <Suspense fallback={<Loading />}>
      <People route={route} me={me} />
    </Suspense>
  );
}
