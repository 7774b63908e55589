# Hadir: web or worker, by the command that is given. Built from this folder: docker build -t hadir .
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE manifest.json ./
COPY integration integration
COPY plugins plugins
RUN python -m venv /opt/hadir && /opt/hadir/bin/pip install --constraint constraints.txt .

FROM python:3.11-slim
# The number is part of what backups and volumes know; nothing runs as root.
RUN groupadd --gid 10001 hadir \
    && useradd --uid 10001 --gid hadir --home-dir /var/lib/hadir --shell /usr/sbin/nologin hadir \
    && install -d -o hadir -g hadir -m 0700 /var/lib/hadir
COPY --from=build /opt/hadir /opt/hadir
ENV PATH=/opt/hadir/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HADIR_HOME=/var/lib/hadir HADIR_HOST=0.0.0.0
USER 10001:10001
VOLUME /var/lib/hadir
EXPOSE 8080
ENTRYPOINT ["hadir"]
CMD ["serve"]
