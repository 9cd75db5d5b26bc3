#!/bin/bash
# The part of the official entry point that is used: a cluster is made once, with POSTGRES_USER, POSTGRES_PASSWORD,
# POSTGRES_DB and POSTGRES_INITDB_ARGS, then the server replaces this script with the arguments that it was given.
set -euo pipefail

[[ ${1:-} == -* ]] && set -- postgres "$@"
if [[ $1 != postgres ]]; then exec "$@"; fi

mkdir -p "$PGDATA"
if [[ $(id -u) == 0 ]]; then
  chown 999:999 "$PGDATA" /var/run/postgresql
  exec setpriv --reuid=999 --regid=999 --clear-groups -- "$0" "$@"
fi
chmod 700 "$PGDATA"

if [[ ! -s $PGDATA/PG_VERSION ]]; then
  user=${POSTGRES_USER:-postgres}
  database=${POSTGRES_DB:-$user}
  if [[ -n ${POSTGRES_PASSWORD_FILE:-} ]]; then POSTGRES_PASSWORD=$(<"$POSTGRES_PASSWORD_FILE"); fi
  if [[ -z ${POSTGRES_PASSWORD:-} ]]; then
    echo 'Error: Database is uninitialized and superuser password is not specified.' >&2
    exit 1
  fi
  # shellcheck disable=SC2086 # a list of arguments, as in the official image
  initdb --pgdata="$PGDATA" --username="$user" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-$(postgres -C password_encryption)}" >>"$PGDATA/pg_hba.conf"

  # initdb writes the place that this server was built with
  printf "\nunix_socket_directories = '/var/run/postgresql'\n" >>"$PGDATA/postgresql.conf"

  # as in the official image, the first server is heard on its socket only
  pg_ctl --pgdata="$PGDATA" --options="-c listen_addresses=''" --wait start
  if [[ $database != postgres ]]; then
    psql --no-psqlrc --quiet --username "$user" --dbname postgres --set=ON_ERROR_STOP=1 --set=name="$database" <<<'CREATE DATABASE :"name";'
  fi
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sql) psql --no-psqlrc --set=ON_ERROR_STOP=1 --username "$user" --dbname "$database" --file "$file" ;;
      *.sh) bash "$file" ;;
    esac
  done
  pg_ctl --pgdata="$PGDATA" --mode=fast --wait stop
fi

unset POSTGRES_PASSWORD POSTGRES_USER POSTGRES_DB POSTGRES_INITDB_ARGS
exec "$@"
