# The service as an image:
#   docker build -t engraft .
#   docker run -v engraft-data:/data -p 127.0.0.1:8000:8000 engraft
# A container has to listen on more than its own loopback, which `serve` refuses as long as nobody must log in, unless
# it is told so in plain words: give the whole command then, `serve --host 0.0.0.0 --data /data` and the option that the
# refusal names.
# It also runs with `--read-only --tmpfs /tmp`: all that it writes is in /data, or in PostgreSQL (ENGRAFT_DATABASE_URL).

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /srv/engraft
# Pins first: this layer stays as long as they do. What builds the project has an environment of its own and stays
# behind.
COPY requirements/build.txt requirements/base.txt requirements/
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements/build.txt \
    && python -m venv --without-pip /opt/engraft \
    && /opt/build/bin/pip --python /opt/engraft/bin/python install --require-hashes --only-binary :all: -r requirements/base.txt
# The checkout's layout is kept, and installed by reference, because the migrations are found beside app/.
COPY pyproject.toml hatch_build.py alembic.ini ./
COPY requirements/base.in requirements/
COPY alembic/ alembic/
COPY app/ app/
RUN /opt/build/bin/python -m hatchling build -t wheel:editable -d /opt/wheel \
    && /opt/build/bin/pip --python /opt/engraft/bin/python install --no-index --no-deps /opt/wheel/*.whl \
    && /opt/engraft/bin/python -m compileall -q app alembic

FROM python:3.12-slim
# A fixed id, so that a volume or a security context can name it.
RUN groupadd --system --gid 10001 engraft \
    && useradd --system --uid 10001 --gid engraft --home-dir /data --no-create-home --shell /usr/sbin/nologin engraft \
    && install --directory --owner engraft --group engraft --mode 0750 /data
COPY --from=build /opt/engraft /opt/engraft
COPY --from=build /srv/engraft /srv/engraft
ENV PATH=/opt/engraft/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 SQLITE_TMPDIR=/data MPLCONFIGDIR=/data/.matplotlib
WORKDIR /data
USER 10001:10001
# The embedded SQLite has its files here. SQLite 3.7.0 to 3.51.2, this base image's among them, can corrupt a WAL
# database when two connections write or checkpoint at the same moment (fixed in 3.51.3, 3.50.7 and 3.44.6). The service
# has one writer for that reason: run ONE container on one /data, and PostgreSQL for more than one.
# See docs/adr/0007-one-writer.md.
VOLUME /data
EXPOSE 8000
# /health/ready answers 200 once the migrations have run and the database answers; urlopen raises on anything else.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/health/ready', timeout=4).close()"]
# Exec form: engraft is the process that gets SIGTERM. `serve` migrates before it listens.
ENTRYPOINT ["engraft"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]
