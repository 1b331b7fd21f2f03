/** The calls about who somebody is: coming in, the account, its keys. */
import { api, take } from "./call.ts";
import type { Scope } from "./types.ts";

export const exportAddress = "/api/v1/account/export";

export const getMe = () => take(api.GET("/api/v1/me"));
export const enterAsGuest = () => take(api.POST("/api/v1/guests"));
export const signUp = (email: string, password: string) => take(api.POST("/api/v1/account", { body: { email, password } }));
export const signIn = (email: string, password: string) => take(api.POST("/api/v1/session", { body: { email, password } }));
export const signOut = () => take(api.DELETE("/api/v1/session"));

export const verify = (link: string) => take(api.POST("/api/v1/account/verification", { body: { link } }));
export const mailVerification = () => take(api.POST("/api/v1/account/verification/mail"));
export const askForReset = (email: string) => take(api.POST("/api/v1/account/password-reset", { body: { email } }));
export const setPassword = (link: string, password: string) =>
  take(api.PUT("/api/v1/account/password", { body: { link, password } }));

export const listKeys = () => take(api.GET("/api/v1/api-keys"));
export const makeKey = (name: string, scopes: Scope[]) => take(api.POST("/api/v1/api-keys", { body: { name, scopes } }));
export const revokeKey = (key_id: string) => take(api.DELETE("/api/v1/api-keys/{key_id}", { params: { path: { key_id } } }));

export const deleteAccount = (password: string | null) => take(api.DELETE("/api/v1/account", { body: { password } }));

export const getPreferences = () => take(api.GET("/api/v1/account/preferences"));
export const preferLocal = (local_only: boolean) =>
  take(api.PATCH("/api/v1/account/preferences", { body: { local_only } }));
