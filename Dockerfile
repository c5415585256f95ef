# The portal without its embedded servers: runtime dependencies only, static files collected, nobody privileged.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements/runtime.txt /tmp/runtime.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: --requirement /tmp/runtime.txt
WORKDIR /app
COPY manage.py ./
COPY core core
COPY customers customers
COPY notifications notifications
COPY tickets tickets
COPY slas slas
COPY escalations escalations
COPY vendors vendors
COPY reports reports
COPY trusst_support trusst_support
COPY templates templates
COPY static static
# Collecting needs no secret and no server, so it runs with the settings of one machine.
RUN PORTAL_LOCAL=1 /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
    && /opt/venv/bin/python -m compileall -q /app

FROM python:3.11-slim-bookworm
# PORTAL_LOCAL=0: a container with a variable missing says so, and never falls back to one machine's settings.
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    PORTAL_LOCAL=0 PORTAL_DATA_DIR=/var/lib/portal
RUN useradd --system --uid 10001 --home-dir /nonexistent --shell /usr/sbin/nologin portal \
    && install --directory --owner 10001 --mode 0700 /var/lib/portal /var/lib/portal/files
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "trusst_support.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/tmp", "--no-control-socket"]
