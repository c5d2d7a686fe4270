# One file, two images: `app` runs any process (docker run … node apps/<name>/dist/main.js), `migrate` moves the schema.
FROM node:24-bookworm-slim AS base
WORKDIR /confab

FROM base AS manifests
COPY . .
# Only what decides the install, so that its layer survives a change of code.
RUN find . -type f ! -name package.json ! -name pnpm-lock.yaml ! -name pnpm-workspace.yaml ! -name '*.patch' -delete && find . -type d -empty -delete

FROM base AS build
COPY --from=manifests /confab .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile
COPY . .
RUN node tools/stack/build.ts

FROM base AS dependencies
COPY --from=manifests /confab .
# The image has its own Node.
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile --prod \
      --filter-prod "@confab/api..." --filter-prod "@confab/gateway..." --filter-prod "@confab/worker..." \
    && rm -rf node_modules/.pnpm/node-linux-* ~/.npm ~/.local ~/.cache

FROM build AS migrate
USER node
CMD ["node", "tools/migrate/cli.ts", "up"]

FROM dependencies AS app
ENV NODE_ENV=production HOST=0.0.0.0
COPY apps/api/reference apps/api/reference
COPY --from=build /confab/apps/api/dist apps/api/dist
COPY --from=build /confab/apps/gateway/dist apps/gateway/dist
COPY --from=build /confab/apps/worker/dist apps/worker/dist
COPY --from=build /confab/apps/web/dist apps/web/dist
USER node
CMD ["node", "apps/api/dist/main.js"]
