#!/bin/sh
# Makes go.mod, go.sum and the *.go files of this folder anew from builder.yaml.
# Afterwards `git diff` shows what changed; commit the result together with the manifest.
# The old go.mod and go.sum are moved away first: the builder would only add to them.
set -eu
cd "$(dirname "$0")"
old=$(mktemp -d)
trap 'rm -rf "$old"' EXIT
mv go.mod go.sum ./*.go "$old"/ 2>/dev/null || true
if ! GOWORK=off go run go.opentelemetry.io/collector/cmd/builder@v0.145.0 --config builder.yaml --skip-compilation; then
  cp "$old"/* .
  exit 1
fi
