# What docs/http-snippets.md shows of curl: sections "# == OPERATION"; what each must print stands behind "# => ".
CLASP=${CLASP:-http://localhost:7330}
# == index
curl -s "$CLASP/v1"
# => "openapi"
# == openapi
curl -s "$CLASP/v1/openapi.json"
# => "openapi"
# == putState
curl -s -X PUT "$CLASP/v1/state/lights/1" -H 'Content-Type: application/json' -d '{"value": 0.5}'

# Only if nobody else has written meanwhile: the revision is the ETag.
etag=$(curl -s -o /dev/null -w '%header{etag}' "$CLASP/v1/state/lights/1")
curl -s -X PUT "$CLASP/v1/state/lights/1" -H "If-Match: $etag" -H 'Content-Type: application/json' -d '{"value": 0.75}'
# => "value":0.5
# => "value":0.75
# == getState
curl -s "$CLASP/v1/state/lights/1"

# Wait up to 30 seconds until it is another.
etag=$(curl -s -o /dev/null -w '%header{etag}' "$CLASP/v1/state/lights/1")
(sleep 1; curl -s -o /dev/null -X PUT "$CLASP/v1/state/lights/1" -H 'Content-Type: application/json' -d '{"value": 0.25}') &
curl -s "$CLASP/v1/state/lights/1?wait=30" -H "If-None-Match: $etag"
# => "value":0.75
# => "value":0.25
# == headState
curl -s --head "$CLASP/v1/state/lights/1"
# => 200
# == patchState
curl -s -o /dev/null -X PUT "$CLASP/v1/state/scene" -H 'Content-Type: application/json' -d '{"value": {"name": "dawn", "fade": 3}}'
curl -s -X PATCH "$CLASP/v1/state/scene" -H 'Content-Type: application/merge-patch+json' -d '{"fade": 5}'
# => "fade":5
# == deleteState
curl -s -X DELETE "$CLASP/v1/state/scene" -w '%{http_code}\n'
# => 204
# == emit
curl -s -X POST "$CLASP/v1/emit/cue/go" -H 'Content-Type: application/json' -d '{"value": {"number": 12}}'
# => "address":"/cue/go"
# == stream
curl -s -X POST "$CLASP/v1/stream/sensor/level" -H 'Content-Type: application/json' -d '{"samples": [0.1, 0.2, 0.3], "rate": 100}'
# => "address":"/sensor/level"
# == list
curl -s "$CLASP/v1/list" --get -d pattern='/lights/**' -d limit=10
# => "signals"
# => /lights/1
# == definitions
curl -s "$CLASP/v1/definitions" --get -d pattern='/lights/**'
# => "definitions"
# == snapshot
curl -s "$CLASP/v1/snapshot" > show.jsonl
wc -l show.jsonl
# => show.jsonl
# == snapshotOf
curl -s "$CLASP/v1/snapshot/lights"
# => /lights/1
# == bundle
curl -s -X POST "$CLASP/v1/bundle" -H 'Content-Type: application/json' -d '{
  "signals": [
    {"address": "/lights/1", "value": 1},
    {"address": "/lights/2", "value": 0},
    {"type": "event", "address": "/cue/go"}
  ]
}'
# => "count":3
# == batch
curl -s -X POST "$CLASP/v1/batch" -H 'Content-Type: application/json' -d '{
  "requests": [
    {"op": "set", "address": "/lights/1", "value": 0.5},
    {"op": "get", "address": "/lights/2"}
  ]
}'
# => "results"
# == events
# The present values come first. After a cut, -H 'Last-Event-ID: ...' goes on where it was.
curl -sN "$CLASP/v1/events?pattern=/lights/**&type=param" | sed '/^data:/q'
# => data:
# == takeLock
curl -s -X POST "$CLASP/v1/locks" -H 'Content-Type: application/json' -d '{"address": "/lights/1", "ttl": 60}' > lock.json
lock=$(sed 's/.*"lock":"\([^"]*\)".*/\1/' lock.json)
curl -s -X PUT "$CLASP/v1/state/lights/1" -H "Clasp-Lock: $lock" -H 'Content-Type: application/json' -d '{"value": 0.9}'
# => "value":0.9
# == getLock
curl -s "$CLASP/v1/locks/$lock"
# => "expires_in"
# == renewLock
curl -s -X PUT "$CLASP/v1/locks/$lock?ttl=120"
# => "expires_in"
# == giveBackLock
curl -s -X DELETE "$CLASP/v1/locks/$lock" -w '%{http_code}\n'
# => 204
