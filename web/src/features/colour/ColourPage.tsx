/** Colour for a photo: what is known of it is dabbed on, the rest is guessed. */
import { Loading } from "../../app/Loading.tsx";
import { NotFound } from "../../app/NotFound.tsx";
import { useVersion } from "../edit/useVersion.ts";
import { usePhoto } from "../job/usePhoto.ts";
import { ColourEditor } from "./ColourEditor.tsx";

export function ColourPage({ id, version: number }: { id: string; version: number | null }) {
  const { query, photo, job } = usePhoto(id);
  const version = useVersion(photo, job, number);
  if (photo && version) return <ColourEditor key={version.rendition?.id ?? photo.id} photo={photo} version={version} />;
  if (!query.isError) return <Loading />;
  return <NotFound />;
}
