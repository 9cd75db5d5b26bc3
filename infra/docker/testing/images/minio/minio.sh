#!/bin/sh
# `minio server FOLDER [--address HOST:PORT] [--console-address HOST:PORT]`, as far as it is used. There is no console.
set -eu
: "${MINIO_ROOT_USER:=minioadmin}" "${MINIO_ROOT_PASSWORD:=minioadmin}"
[ "${1:-}" = server ] || { echo "minio: only \"server FOLDER\" is understood, got \"$*\"" >&2; exit 1; }
shift
address=:9000 folder=
while [ $# -gt 0 ]; do
  case $1 in
    --address) address=$2; shift ;;
    --address=*) address=${1#*=} ;;
    --console-address) shift ;;
    --console-address=* | --quiet | --json | --anonymous) ;;
    -*) echo "minio: $1 is not understood" >&2; exit 1 ;;
    *) folder=$1 ;;
  esac
  shift
done
[ "${#MINIO_ROOT_PASSWORD}" -ge 8 ] || { echo 'minio: MINIO_ROOT_PASSWORD has less than 8 characters' >&2; exit 1; }
case $address in :*) address=0.0.0.0$address ;; esac
export ROOT_ACCESS_KEY="$MINIO_ROOT_USER" ROOT_SECRET_KEY="$MINIO_ROOT_PASSWORD"
unset MINIO_ROOT_USER MINIO_ROOT_PASSWORD
# metadata lies in extended attributes where the file system has them for users, else in a folder beside the buckets
probe=$folder/.probe-$$
set -- --port "$address" --quiet --health /minio/health/live posix
touch "$probe"
if setfattr -n user.probe -v 1 "$probe" 2>/dev/null; then :; else
  mkdir -p "$folder/../.metadata"
  set -- "$@" --sidecar "$folder/../.metadata"
fi
rm -f "$probe"
exec versitygw "$@" "$folder"
