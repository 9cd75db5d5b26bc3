#!/bin/sh
# As the official entry point: `server /data` means `minio server /data`.
set -eu
if [ "${1:-}" != minio ] && ! command -v "${1:-}" >/dev/null; then set -- minio "$@"; fi
exec "$@"
