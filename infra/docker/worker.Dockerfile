# The worker: its bundle, on nothing but Node.js. Its context is made by infra/docker/worker-context.ts.
ARG NODE_IMAGE
FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY index.mjs zstd.wasm ./
COPY generated generated
USER 1000:1000
