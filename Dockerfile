FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY workflows workflows
COPY activities activities
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The bridge brings a binary for each platform and its Rust sources: about 120 MB nobody loads here.
RUN npm ci --omit=dev && \
    cd node_modules/@temporalio/core-bridge && \
    find releases -mindepth 1 -maxdepth 1 \
      ! -name "$(node -p 'require("./common").getPrebuiltTargetName()')" -exec rm -r {} + && \
    rm -r sdk-core

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
# Migrations are applied from where they are checked in.
COPY src/store/migrations src/store/migrations
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/src/bin/switchyard.js", "serve"]
