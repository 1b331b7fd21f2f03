/** The calls about credits, prices and payments. */
import { api, take } from "./call.ts";
import type { Purchase } from "./types.ts";

export const getCredits = () => take(api.GET("/api/v1/credits"));
export const listEntries = (before: number | null, limit: number) =>
  take(api.GET("/api/v1/credits/entries", { params: { query: { limit, before } } }));
export const getPrices = () => take(api.GET("/api/v1/prices"));

export const getPlans = () => take(api.GET("/api/v1/plans"));
export const getBilling = () => take(api.GET("/api/v1/billing"));
export const checkout = (body: Purchase) => take(api.POST("/api/v1/billing/checkout", { body }));
export const openPortal = () => take(api.POST("/api/v1/billing/portal"));
export const getCancellation = () => take(api.GET("/api/v1/billing/cancellation"));
export const cancelSubscription = () => take(api.POST("/api/v1/billing/cancellation"));
export const keepSubscription = () => take(api.DELETE("/api/v1/billing/cancellation"));
