#!/bin/sh
# Prints where a Chromium for the browser tests is, or says how to get one.
for candidate in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
    if [ -n "$candidate" ] && command -v "$candidate"; then exit 0; fi
done
echo "No Chromium found: install it (Debian, Ubuntu: sudo apt-get install chromium; macOS: brew install --cask chromium)" \
    "or say where one is, make browser-test CHROMIUM=/path/to/chromium." >&2
exit 1
