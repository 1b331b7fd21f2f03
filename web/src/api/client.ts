/** Every call that the page makes, by name. */
import createClient from "openapi-fetch";
import { newKey } from "./key.ts";
import { problemFrom, unreachable } from "./problem.ts";
import type { paths } from "./schema.gen.ts";
import type { JobOptions, Point } from "./types.ts";

export const uploadAddress = "/api/v1/photos";
export const eventsAddress = (jobId: string): string => `/api/v1/jobs/${jobId}/events`;

const api = createClient<paths>();

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; a refusal becomes a `Problem` with the server's sentence. */
async function take<T>(asking: Promise<Answer<T>>): Promise<T> {
  const { data, error, response } = await asking.catch(() => {
    throw unreachable();
  });
  if (!response.ok) throw problemFrom(response.status, error);
  return data as T;
}

const once = () => ({ "Idempotency-Key": newKey() });

export const getCapabilities = () => take(api.GET("/api/v1/capabilities"));

export const listPhotos = (cursor: string | null, limit: number) =>
  take(api.GET("/api/v1/photos", { params: { query: { limit, cursor } } }));

export const getPhoto = (photo_id: string) => take(api.GET("/api/v1/photos/{photo_id}", { params: { path: { photo_id } } }));

export const deletePhoto = (photo_id: string) =>
  take(api.DELETE("/api/v1/photos/{photo_id}", { params: { path: { photo_id } } }));

export const putCorners = (photo_id: string, corners: Point[]) =>
  take(api.PUT("/api/v1/photos/{photo_id}/corners", { params: { path: { photo_id } }, body: { corners } }));

export const listRunningJobs = () => take(api.GET("/api/v1/jobs", { params: { query: { status: "running", limit: 50 } } }));

export const getJob = (job_id: string) => take(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id } } }));

export const cancelJob = (job_id: string) =>
  take(api.POST("/api/v1/jobs/{job_id}/cancel", { params: { path: { job_id } } }));

export const retryJob = (job_id: string) =>
  take(api.POST("/api/v1/jobs/{job_id}/retry", { params: { path: { job_id }, header: once() } }));

export const submitJob = (photo_id: string, options: JobOptions) =>
  take(api.POST("/api/v1/jobs", { params: { header: once() }, body: { photo_id, operation: "restore", options } }));
