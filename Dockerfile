# One file, two images: `app` runs any process (docker run … node apps/<name>/src/main.ts), `migrate` moves the schema.
FROM node:24-bookworm-slim AS base
WORKDIR /confab

FROM base AS manifests
COPY . .
# Only what decides the install, so that its layer survives a change of code.
RUN find . -type f ! -name package.json ! -name pnpm-lock.yaml ! -name pnpm-workspace.yaml -delete && find . -type d -empty -delete

FROM base AS build
COPY --from=manifests /confab .
RUN npx --yes pnpm@12.21.0 install --frozen-lockfile
COPY . .
RUN cd apps/web && NODE_ENV=production node ../../node_modules/vite/bin/vite.js build

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
COPY packages packages
COPY apps/api apps/api
COPY apps/gateway apps/gateway
COPY apps/worker apps/worker
COPY --from=build /confab/apps/web/dist apps/web/dist
USER node
CMD ["node", "apps/api/src/main.ts"]
