#!/usr/bin/env bash
# The Debian packages that the consumer tests need: programs that read what we write.
# Alone: prints them. --check: says which are missing. --install: installs them (root or sudo).
set -euo pipefail

packages=(
  melt frei0r-plugins         # MLT: renders .mlt and .kdenlive frame for frame
  ffmpeg                      # makes and judges movies
  ges1.0-tools                # GStreamer editing services: plays .xges
  gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-libav
  libxml2-utils               # xmllint
)

missing() {
  local name
  for name in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$name" 2>/dev/null | grep -q 'install ok installed' || echo "$name"
  done
}

case "${1:-}" in
  "") printf '%s\n' "${packages[@]}" ;;
  --install)
    sudo=()
    [[ $(id -u) == 0 ]] || sudo=(sudo)
    "${sudo[@]}" apt-get update -q
    DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -q -y --no-install-recommends "${packages[@]}"
    ;;
  --check)
    if ! command -v dpkg-query >/dev/null; then
      echo "no dpkg here; the consumer tests look for melt, ffmpeg, ges-launch-1.0 and xmllint"
    elif lacking=$(missing) && [[ -n $lacking ]]; then
      echo "not installed, their tests skip: ${lacking//$'\n'/ }"
      echo "scripts/apt-packages.sh --install brings them"
      [[ ${OTIO_AUTOEDIT_STRICT:-0} == 0 ]] || exit 1
    fi
    ;;
  *) echo "usage: $0 [--check | --install]" >&2; exit 2 ;;
esac
