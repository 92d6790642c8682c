#!/usr/bin/env sh
# Evaluates flags with curl, with the URL and the keys of `npm run dev`.
set -eu

file="${BURGEE_DIR:-.burgee}/dev.json"
[ -f "$file" ] || { echo "$file does not exist. Start Burgee first, in another terminal: npm run dev" >&2; exit 1; }
setting() { node -p "JSON.parse(fs.readFileSync('$file', 'utf8')).$1"; }
URL=$(setting url)
KEY=$(setting environments.production.serverKey)

echo "One flag for one user:"
curl -sf "$URL/ofrep/v1/evaluate/flags/checkout-redesign" \
  -H "Authorization: Bearer $KEY" -H 'Content-Type: application/json' \
  -d '{"context":{"targetingKey":"user-1","plan":"pro"}}'
echo; echo

echo "The same as a GET request, with attributes as query parameters:"
curl -sf "$URL/flags/checkout-redesign?targetingKey=user-1&plan=pro" -H "Authorization: Bearer $KEY"
echo; echo

echo "All flags at once, with their entity tag:"
response=$(curl -sf -i "$URL/flags?targetingKey=user-1" -H "X-API-Key: $(setting environments.production.clientKey)")
echo "$response" | tail -n 1 | cut -c 1-200
tag=$(echo "$response" | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
echo; echo "The status of the same request with If-None-Match: $tag"
curl -s -o /dev/null -w '%{http_code}\n' "$URL/flags?targetingKey=user-1" \
  -H "X-API-Key: $(setting environments.production.clientKey)" -H "If-None-Match: $tag"
