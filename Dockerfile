# Two stages: the first builds, the second holds what serves and nothing that builds. docs/container.md says how to run it.
FROM debian:bookworm-slim AS build
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends ca-certificates python3 python3-venv \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /usr/src/drafting
COPY pyproject.toml README.md LICENSE ./
COPY frontend frontend
COPY locales locales
COPY templates templates
COPY drafting drafting
RUN python3 -m venv /opt/drafting \
 && /opt/drafting/bin/pip install --quiet --no-cache-dir --disable-pip-version-check . \
 && /opt/drafting/bin/pip uninstall --quiet --yes setuptools pip

FROM debian:bookworm-slim
RUN apt-get update -qq \
 && DEBIAN_FRONTEND=noninteractive apt-get install -qq --yes --no-install-recommends \
      ca-certificates python3 fontconfig fonts-noto-cjk fonts-noto-color-emoji fonts-noto-core tzdata \
      libharfbuzz-subset0 libicu72 libpango-1.0-0 libpangoft2-1.0-0 \
      hyphen-bn hyphen-gu hyphen-hi hyphen-ml hyphen-ta \
 && rm -rf /var/lib/apt/lists/* \
 && fc-cache --force \
 && useradd --uid 10001 --user-group --home-dir /var/lib/drafting --no-create-home --shell /usr/sbin/nologin drafting \
 && install -d -o drafting -g drafting -m 750 /var/lib/drafting
COPY --from=build /opt/drafting /opt/drafting
ENV PATH=/opt/drafting/bin:/usr/local/bin:/usr/bin:/bin
ENV PYTHONUNBUFFERED=1 DRAFTING_DATA=/var/lib/drafting
USER drafting
WORKDIR /var/lib/drafting
VOLUME /var/lib/drafting
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["drafting"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
