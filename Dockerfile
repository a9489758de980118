# Two stages, so that the image that runs holds no compiler and no package manager's cache.
FROM python:3.13-slim AS build
WORKDIR /loket
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY model model
COPY training training
COPY service service
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 loket && install -d -o loket /data
COPY --from=build /venv /venv
USER loket
ENV LOKET_DATA_DIR=/data PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
WORKDIR /tmp
VOLUME /data
EXPOSE 8000
HEALTHCHECK --start-period=120s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=3)"]
CMD ["loket", "serve", "--host", "0.0.0.0"]
