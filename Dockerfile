# The store in a small image: no shell, no package manager, no root. Only /data is written to.
#
#   docker build -t banyan:0.1.0 .
#   docker run --rm -p 127.0.0.1:8080:8080 -v banyan-data:/data --read-only \
#     -e BANYAN__MODULES__PAYMENT__SIMULATED__ALLOW_PUBLIC=true banyan:0.1.0
#
# In a container the store listens everywhere, and the simulated provider takes no money, so it refuses to start until it is
# told that this is a trial, as above, or until BANYAN__MODULES__PAYMENT__SIMULATED__ENABLED=false.
#
# Both stages are the same Debian, so that the binary meets the libc that it was linked with.
FROM rust:1.95-slim-trixie AS build
WORKDIR /src
COPY . .
# Registry and target outlive the layer, so that a change of one crate builds that crate.
RUN --mount=type=cache,id=banyan-registry,target=/usr/local/cargo/registry \
    --mount=type=cache,id=banyan-target,target=/src/target \
    cargo build --release --locked --package banyan \
    && install -D -m 0755 target/release/banyan /out/banyan \
    && mkdir /out/data

FROM gcr.io/distroless/cc-debian13:nonroot
COPY --from=build /out/banyan /usr/local/bin/banyan
# A named volume takes its owner from here.
COPY --from=build --chown=65532:65532 /out/data /data
ENV BANYAN__HTTP__LISTEN=0.0.0.0:8080 BANYAN__DATA__FOLDER=/data
USER 65532:65532
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["/usr/local/bin/banyan", "health"]
ENTRYPOINT ["/usr/local/bin/banyan"]
CMD ["serve"]
