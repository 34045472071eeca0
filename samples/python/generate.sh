#!/usr/bin/env bash
# Generates the Python client of the contract into a directory (default: generated, beside this script). It takes the
# compiler that Python brings (grpcio-tools), or the system's protoc with its Python plugin.
set -euo pipefail
python=${PYTHON:-python3}
here=$(cd "$(dirname "$0")" && pwd)
protos=$here/../../protos
out=${1:-$here/generated}
mkdir -p "$out"

if "$python" -c 'import grpc_tools.protoc' 2>/dev/null; then
  "$python" -m grpc_tools.protoc --proto_path="$protos" --python_out="$out" --grpc_python_out="$out" "$protos"/cola/v1/*.proto
elif plugin=$(command -v grpc_python_plugin) && command -v protoc >/dev/null; then
  protoc --proto_path="$protos" --plugin=protoc-gen-grpc_python="$plugin" --python_out="$out" --grpc_python_out="$out" "$protos"/cola/v1/*.proto
else
  echo "no compiler: install protobuf-compiler-grpc and libprotobuf-dev (Debian), or grpcio-tools (pip)" >&2
  exit 1
fi
