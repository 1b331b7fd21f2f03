/** Every call that the page makes, by name. */
import { type Answer, api, once, take } from "./call.ts";
import type { Mask, Point, Report, UploadAnnounced } from "./types.ts";
import type { Wish } from "./wish.ts";

export const uploadAddress = "/api/v1/photos";
export const eventsAddress = (jobId: string): string => `/api/v1/jobs/${jobId}/events`;

export const getHealth = () => take(api.GET("/health"));

/** How the parts are that the server stands on; those who do the work, too. */
export const getReady = () => take(api.GET("/api/v1/ready"));

export const getCapabilities = () => take(api.GET("/api/v1/capabilities"));

export const listPhotos = (cursor: string | null, limit: number) =>
  take(api.GET("/api/v1/photos", { params: { query: { limit, cursor } } }));

export const getPhoto = (photo_id: string) =>
  take(api.GET("/api/v1/photos/{photo_id}", { params: { path: { photo_id } } }));

export const deletePhoto = (photo_id: string) =>
  take(api.DELETE("/api/v1/photos/{photo_id}", { params: { path: { photo_id } } }));

export const announceUpload = (body: UploadAnnounced) => take(api.POST("/api/v1/uploads", { body }));

export const finishUpload = (upload: string) => take(api.POST("/api/v1/uploads/done", { body: { upload } }));

export const putCorners = (photo_id: string, corners: Point[]) =>
  take(
    api.PUT("/api/v1/photos/{photo_id}/corners", { params: { path: { photo_id } }, body: { corners } }),
  );

export const listRunningJobs = () =>
  take(api.GET("/api/v1/jobs", { params: { query: { status: "running", limit: 50 } } }));

export const listJobs = (limit: number) => take(api.GET("/api/v1/jobs", { params: { query: { limit } } }));

export const getJob = (job_id: string) => take(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id } } }));

export const cancelJob = (job_id: string) =>
  take(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id } } }));

export const retryJob = (job_id: string) =>
  take(api.POST("/api/v1/jobs/{job_id}/retry", { params: { path: { job_id }, header: once() } }));

export interface Submission {
  /** Two submissions with one key are one job: a key of its own makes asking again harmless. */
  key?: string;
  /** The price that was shown, in milli-credits: a higher one is refused. */
  max_price?: number;
  /** All photos of it, where there are several. */
  photo_ids?: string[];
}

export const submitJob = (photo_id: string, wish: Wish, { key, ...price }: Submission = {}) =>
  take(api.POST("/api/v1/jobs", { params: { header: once(key) }, body: { photo_id, ...wish, ...price } }));

/** A mask that someone painted: a PNG in which what is white shall be filled in. */
export const postMask = (photo_id: string, png: Blob) => take(sendMask(photo_id, png));

async function sendMask(photo_id: string, body: Blob): Promise<Answer<Mask>> {
  const headers = { "Content-Type": "image/png", Accept: "application/json" };
  const response = await fetch(`${uploadAddress}/${photo_id}/masks`, { method: "POST", body, headers });
  const content = await response.json().catch(() => null);
  return { data: content as Mask, error: content, response };
}

/** Whether a photo stays on this machine. */
export const keepPhoto = (photo_id: string, local_only: boolean) =>
  take(api.PATCH("/api/v1/photos/{photo_id}", { params: { path: { photo_id } }, body: { local_only } }));

/** The words that a model would be sent. Asking for them sends nothing anywhere, unless a model is to put them better. */
export const previewPrompt = (photo_id: string, { operation, options }: Wish, rewrite: boolean) =>
  take(api.POST("/api/v1/prompts/preview", { body: { photo_id, operation, options, rewrite } }));

export const getStory = (job_id: string) =>
  take(api.GET("/api/v1/jobs/{job_id}/story", { params: { path: { job_id } } }));

export const getEgress = (photo_id: string) =>
  take(api.GET("/api/v1/photos/{photo_id}/egress", { params: { path: { photo_id } } }));

export const reportResult = (rendition_id: string, body: Report) =>
  take(api.POST("/api/v1/renditions/{rendition_id}/reports", { params: { path: { rendition_id } }, body }));
