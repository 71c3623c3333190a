/**
 * Builds three pages: the wall at `/`, a region's page at `/daerah/{code}`, and the GraphQL explorer
 * that `GET /graphql` answers with.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const hub = process.env.SIMPUL_URL ?? "http://127.0.0.1:8000";

/** GraphiQL's styles carry 34 fonts as data: addresses, which the page's policy refuses. */
const withoutEmbeddedFonts: Plugin = {
  name: "without-embedded-fonts",
  enforce: "pre",
  transform: {
    filter: { id: /graphiql\/dist\/style\.css$/ },
    handler: (styles) => styles.replaceAll(/@font-face\s*{[^}]*}/g, ""),
  },
};

/** The hub answers every `/daerah/…` with one page; the development server does as it does. */
const regionPages: Plugin = {
  name: "region-pages",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (request.url?.startsWith("/daerah/")) request.url = "/region.html";
      next();
    });
  },
};

/** Fonts are compressed already. */
const COMPRESSED = /\.(?:html|js|css|svg)$/;

/** Writes each file of the build once more with gzip and with brotli, for the hub to send as it is. */
const compressedCopies: Plugin = {
  name: "compressed-copies",
  apply: "build",
  writeBundle({ dir = "dist" }) {
    for (const name of readdirSync(dir, { recursive: true, encoding: "utf8" })) {
      if (!COMPRESSED.test(name)) continue;
      const file = join(dir, name);
      const content = readFileSync(file);
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
      const copies = {
        br: brotliCompressSync(content, { params }),
        gz: gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
      };
      for (const [ending, copy] of Object.entries(copies)) {
        if (copy.length < content.length) writeFileSync(`${file}.${ending}`, copy);
      }
    }
  },
};

export default defineConfig({
  plugins: [svelte(), withoutEmbeddedFonts, regionPages, compressedCopies],
  build: {
    target: "es2022",
    // Every browser of the target preloads modules itself.
    modulePreload: { polyfill: false },
    // The page's policy allows no data: fonts or scripts, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: { wall: "index.html", region: "region.html", explorer: "explorer.html" },
      // "use client" in React packages means nothing here.
      checks: { moduleLevelDirective: false },
    },
  },
  server: {
    fs: { allow: [".."] }, // `clients/resume` lies next to this folder
    proxy: { "/graphql": { target: hub, ws: true }, "/map.geojson": hub },
  },
});
