/** What every view of a photo is given. */
import type { ReactNode } from "react";
import type { Job, Photo } from "../../api/types.ts";
import type { useJobActions } from "./usePhoto.ts";

export interface ViewProps {
  photo: Photo;
  /** The latest job, as it goes on; null when there is none. */
  job: Job | null;
  actions: ReturnType<typeof useJobActions>;
  /** What the last action ran into, if anything. */
  trouble: ReactNode;
  onDelete: () => void;
}
