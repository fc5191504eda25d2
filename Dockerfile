# The images of the service and of the mock; apps/service/README.md and apps/mock/README.md say how to run them.
#   docker build --target service --tag connected-apps-service .
#   docker build --target mock --tag connected-apps-mock .

FROM node:24.21.0-trixie AS build
WORKDIR /build/repository
COPY . .
# Installs the pinned pnpm and all dependencies, and compiles every package.
RUN --mount=type=cache,target=/root/.local/share/pnpm/store npm run build
# The optional dependencies are the demo's PostgreSQL, which the images do not contain.
RUN --mount=type=cache,target=/root/.local/share/pnpm/store \
  npx pnpm --filter @connected-apps/service deploy --prod --no-optional ../service && \
  npx pnpm --filter @connected-apps/mock deploy --prod --no-optional ../mock

# The programs belong to root and run as another user, so they can't change themselves. They write no
# files, so the file system may be read-only.
FROM node:24.21.0-trixie-slim AS runtime
ENV NODE_ENV=production
USER node

FROM runtime AS mock
WORKDIR /app
COPY --from=build /build/mock .
EXPOSE 4010
HEALTHCHECK --interval=10s --start-period=20s \
  CMD ["node", "--eval", "fetch('http://127.0.0.1:4010/__mock/health').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/main.js", "--host", "0.0.0.0"]

FROM runtime AS service
WORKDIR /app
COPY --from=build /build/service .
# Without DATABASE_URL the service does not start, so this exposes no demo.
ENV HOST=0.0.0.0
EXPOSE 4020
# Liveness, since some platforms restart an unhealthy container, which would not repair its database.
HEALTHCHECK --interval=10s --start-period=60s \
  CMD ["node", "--eval", "fetch(`http://127.0.0.1:${process.env.HEALTH_PORT || process.env.PORT || 4020}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node.js itself, so that it receives the signals; with the flags of the script `start`.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=256", "dist/main.js"]
