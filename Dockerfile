# The bot: knowledge, code and a trained model in one image that changes nothing of itself.
#
#   docker build -t rls-guide .
#
# What it writes goes to /var/lib/rls (a volume) and /tmp.

FROM python:3.10.18-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.13.9 /uv /usr/local/bin/uv
ENV UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/app/.venv
WORKDIR /app
COPY pyproject.toml uv.lock README.md LICENSE NOTICE ./
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode
COPY actions actions
COPY bot bot
COPY data data
COPY knowledge knowledge
COPY config.yml domain.yml endpoints.yml credentials.yml ./
RUN uv sync --frozen --no-dev --compile-bytecode \
 && RASA_TELEMETRY_ENABLED=false .venv/bin/rls train \
 && rm -rf .rasa var

FROM python:3.10.18-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /var/lib/rls --create-home rls
COPY --from=build /app /app
WORKDIR /app
# A path, not a secret.
# hadolint ignore=DL3064
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    RASA_TELEMETRY_ENABLED=false \
    MPLCONFIGDIR=/tmp/matplotlib \
    RLS_HOST=0.0.0.0 \
    RLS_CONSOLE_HOST=0.0.0.0 \
    RLS_DATABASE=sqlite:////var/lib/rls/knowledge.db \
    RLS_CONVERSATIONS=sqlite:////var/lib/rls/conversations.db \
    RLS_SPOOL=/var/lib/rls/spool \
    RLS_SECRET_FILE=/var/lib/rls/secret \
    RLS_PID_FILE=/tmp/rls.pid \
    RLS_LOG_FORMAT=json
VOLUME /var/lib/rls
USER 10001:10001
EXPOSE 5005 5006
# A start loads a model, which takes a while on a small machine.
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:5005/ready', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["rls"]
CMD ["serve"]
