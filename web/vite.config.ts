/** How the page is built: into the Python package, so that one server serves the API and the page. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    outDir: "../src/rekindle/web",
    emptyOutDir: true,
    target: "es2022",
    // No data: URLs and no inline polyfill: the page runs under a strict content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { proxy: { "/api": process.env.REKINDLE_API ?? "http://127.0.0.1:8000" } },
});
