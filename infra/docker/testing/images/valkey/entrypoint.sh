#!/bin/sh
# As the official entry point: settings alone mean the server, which runs as valkey (uid 999) and without protected mode.
set -eu
case ${1:-} in
  -* | *.conf) set -- valkey-server "$@" ;;
esac
if [ "$1" = valkey-server ]; then
  if [ "$(id -u)" = 0 ]; then
    chown -R 999:999 .
    exec setpriv --reuid=999 --regid=999 --clear-groups -- "$0" "$@"
  fi
  umask 0077
  set -- "$@" --protected-mode no
fi
exec "$@" ${VALKEY_EXTRA_FLAGS:-}
