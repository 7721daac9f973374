# Three images of one Debian release: Tegata itself, and Redis and nginx as Debian packages them, which are the versions that
# the tests run against. Each runs as a user without a name, on a root file system that it need not write to.
#
#   docker compose build            all three, as docker-compose.yml wants them
#   docker build --target tegata .  Tegata alone

ARG DEBIAN=bookworm

FROM rust:1.95-${DEBIAN} AS build
WORKDIR /build
# Everything that the compiler reads, and nothing else: a change elsewhere compiles nothing again. Cargo wants to see the
# benchmarks that Cargo.toml names.
COPY Cargo.toml Cargo.lock ./
COPY src src
COPY templates templates
COPY locales locales
COPY assets assets
COPY profiles profiles
COPY benches benches
RUN cargo build --locked --release --bin tegata

FROM debian:${DEBIAN}-slim AS tegata
# The public CAs, for Redis behind a public certificate and for what `tegata doctor` says of one; the font of letters.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates fonts-noto-cjk \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /etc/tegata /var/lib/tegata \
    && chown 10001:10001 /etc/tegata /var/lib/tegata
COPY --from=build /build/target/release/tegata /usr/local/bin/tegata
ENV TEGATA_CONFIG=/etc/tegata \
    TEGATA_HTTP_LISTEN=0.0.0.0:8080 \
    TEGATA_CHECK_LISTEN=0.0.0.0:8443 \
    TEGATA_CONSOLE_LISTEN=0.0.0.0:8082 \
    TEGATA_LOG_FORMAT=json
USER 10001:10001
WORKDIR /var/lib/tegata
EXPOSE 8080 8443 8082
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s CMD ["tegata", "ready", "--quiet"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["tegata"]
CMD ["serve"]

FROM debian:${DEBIAN}-slim AS redis
RUN apt-get update \
    && apt-get install --yes --no-install-recommends redis-server redis-tools \
    && rm -rf /var/lib/apt/lists/* \
    && mkdir /data \
    && chown 10002:10002 /data
COPY docs/deploy/redis/redis.conf /etc/redis/redis.conf
USER 10002:10002
WORKDIR /data
VOLUME /data
EXPOSE 6379
STOPSIGNAL SIGTERM
ENTRYPOINT ["redis-server"]
CMD ["/etc/redis/redis.conf"]

FROM debian:${DEBIAN}-slim AS nginx
RUN apt-get update \
    && apt-get install --yes --no-install-recommends nginx \
    && rm -rf /var/lib/apt/lists/*
COPY docs/deploy/nginx/nginx.conf /etc/nginx/nginx.conf
COPY docs/deploy/nginx/away.html docs/deploy/nginx/portal.html /usr/share/tegata/
USER 10003:10003
EXPOSE 8080 8443
# Workers finish what they do; SIGTERM would cut it off.
STOPSIGNAL SIGQUIT
ENTRYPOINT ["nginx"]
CMD ["-c", "/etc/nginx/nginx.conf", "-g", "daemon off;"]
