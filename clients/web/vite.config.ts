/**
 * The configuration of the build. Its pages are the wall at `/`, the page of a region at `/daerah/{code}`,
 * the import of its applications at `/peta/{code}/impor`, the pages to sign in and out at `/masuk` and
 * `/keluar`, those of accounts at `/akun` and `/akun/orang`, and the GraphQL explorer, which is the
 * response to `GET /graphql`.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";
import { pageFont } from "./build/pageFont.ts";

/** The path of the page of an import, as in `/peta/32.05/impor?bahasa=en`. */
const IMPORT_PATH = /^\/peta\/[^/]+\/impor(?:\?|$)/;
/** The paths of the pages to sign in and to sign out. */
const SIGN_IN_PATH = /^\/(?:masuk(?:\/selesai)?|keluar)(?:\?|$)/;
/** The paths of the viewer's own account, and of the people and programs with a right. */
const ACCOUNT_PATH = /^\/akun(?:\?|$)/;
const PEOPLE_PATH = /^\/akun\/orang(?:\?|$)/;
/** The modules of which those that most pages use are one script. Whole style sheets stay with their pages. */
const SHARED = /\/src\/shared\/(?!account|\w+\.css)|\/node_modules\/svelte\/|rolldown\/runtime|vite\/preload/;
const hub = process.env.SIMPUL_URL ?? "http://127.0.0.1:8000";

/** The styles of GraphiQL embed 34 fonts as `data:` URLs, which the page's content security policy forbids. */
const withoutEmbeddedFonts: Plugin = {
  name: "without-embedded-fonts",
  enforce: "pre",
  transform: {
    filter: { id: /graphiql\/dist\/style\.css$/ },
    handler: (styles) => styles.replaceAll(/@font-face\s*{[^}]*}/g, ""),
  },
};

/** The tabs of GraphiQL load the library for dragging them (framer-motion) only once there are two tabs. */
const reorderOnDemand: Plugin = {
  name: "reorder-on-demand",
  enforce: "pre",
  resolveId(source, importer) {
    if (source !== "framer-motion" || !importer?.includes("@graphiql/react")) return null;
    return fileURLToPath(new URL("src/explorer/reorder.ts", import.meta.url));
  },
};

/** Serves the pages at their paths in the development server, as the hub does. */
const regionPages: Plugin = {
  name: "region-pages",
  configureServer(server) {
    server.middlewares.use((request, _response, next) => {
      if (request.url?.startsWith("/daerah/")) request.url = "/region.html";
      if (request.url && IMPORT_PATH.test(request.url)) request.url = "/import.html";
      if (request.url && SIGN_IN_PATH.test(request.url)) request.url = "/sign-in.html";
      if (request.url && ACCOUNT_PATH.test(request.url)) request.url = "/account.html";
      if (request.url && PEOPLE_PATH.test(request.url)) request.url = "/people.html";
      next();
    });
  },
};

/** The files to compress. Fonts are compressed already. */
const COMPRESSED = /\.(?:html|js|css|svg)$/;

/** Writes compressed copies of each file of the build, with gzip and with brotli, which the hub serves. */
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
      for (const [extension, copy] of Object.entries(copies)) {
        if (copy.length < content.length) writeFileSync(`${file}.${extension}`, copy);
      }
    }
  },
};

export default defineConfig({
  experimental: {
    // Scripts and styles name their files by relative paths, so that they work under any root path. Pages
    // are at several depths, so they name them from the root, before which the hub writes its root path.
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `/${file}` : { relative: true }),
  },
  plugins: [svelte(), pageFont, withoutEmbeddedFonts, reorderOnDemand, regionPages, compressedCopies],
  build: {
    target: "es2022",
    // Every browser of the target supports the preload of modules.
    modulePreload: { polyfill: false },
    // The content security policy forbids fonts and scripts from `data:` URLs, so nothing is inlined.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      input: {
        wall: "index.html",
        region: "region.html",
        import: "import.html",
        signin: "sign-in.html",
        account: "account.html",
        people: "people.html",
        explorer: "explorer.html",
      },
      // A request costs as much as half a kilobyte, so what most pages share is one script and one style sheet.
      output: { codeSplitting: { groups: [{ name: "shared", test: SHARED, minShareCount: 3 }] } },
      // The directive "use client" of React packages has no effect in this build.
      checks: { moduleLevelDirective: false },
    },
  },
  server: {
    fs: { allow: [".."] }, // the parent folder contains `clients/resume`
    proxy: { "/graphql": { target: hub, ws: true }, "/map.geojson": hub, "/berkas": hub, "/unduh": hub, "/sesi": hub, "/undangan": hub, "/akun/sandi": hub, "/akun/kunci": hub },
  },
});
