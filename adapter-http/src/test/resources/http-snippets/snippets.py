# What docs/http-snippets.md shows of Python: sections "# == OPERATION"; what each must print stands behind "# => ".
import json
import os
import threading

import requests

base = os.environ.get("CLASP", "http://localhost:7330")
session = requests.Session()  # session.headers["Authorization"] = "Bearer TOKEN"


def call(method, path, **more):
    response = session.request(method, base + path, timeout=60, **more)
    if not response.ok:
        raise RuntimeError(response.json()["detail"])
    return response
# == index
print(call("GET", "/v1").json())
# => openapi
# == openapi
print(list(call("GET", "/v1/openapi.json").json()["paths"]))
# => /v1/events
# == putState
call("PUT", "/v1/state/lights/1", json={"value": 0.5})

# Only if nobody else has written meanwhile: the revision is the ETag.
seen = call("GET", "/v1/state/lights/1")
written = call("PUT", "/v1/state/lights/1", json={"value": 0.75}, headers={"If-Match": seen.headers["ETag"]})
print(written.json()["value"])
# => 0.75
# == getState
got = call("GET", "/v1/state/lights/1")
print(got.json()["value"])

# Wait up to 30 seconds until it is another.
threading.Timer(0.5, requests.put, [base + "/v1/state/lights/1"], {"json": {"value": 0.25}}).start()
other = call("GET", "/v1/state/lights/1?wait=30", headers={"If-None-Match": got.headers["ETag"]})
print(other.json()["value"])
# => 0.75
# => 0.25
# == headState
print(call("HEAD", "/v1/state/lights/1").headers["ETag"])
# => "
# == patchState
call("PUT", "/v1/state/scene", json={"value": {"name": "dawn", "fade": 3}})
patched = call(
    "PATCH",
    "/v1/state/scene",
    data=json.dumps({"fade": 5}),
    headers={"Content-Type": "application/merge-patch+json"},
)
print(patched.json()["value"])
# => 'fade': 5
# == deleteState
print(call("DELETE", "/v1/state/scene").status_code)
# => 204
# == emit
print(call("POST", "/v1/emit/cue/go", json={"value": {"number": 12}}).json())
# => /cue/go
# == stream
print(call("POST", "/v1/stream/sensor/level", json={"samples": [0.1, 0.2, 0.3], "rate": 100}).status_code)
# => 202
# == list
query = {"pattern": "/lights/**", "limit": 10}
while True:
    page = call("GET", "/v1/list", params=query).json()
    for signal in page["signals"]:
        print(signal["address"], signal["value"])
    if "next" not in page:
        break
    query["after"] = page["next"]
# => /lights/1
# == definitions
print(call("GET", "/v1/definitions", params={"pattern": "/lights/**"}).json())
# => definitions
# == snapshot
for line in call("GET", "/v1/snapshot", stream=True).iter_lines():
    print(json.loads(line)["address"])
# => /lights/1
# == snapshotOf
print([json.loads(line)["address"] for line in call("GET", "/v1/snapshot/lights").text.splitlines()])
# => /lights/1
# == bundle
bundle = {
    "signals": [
        {"address": "/lights/1", "value": 1},
        {"address": "/lights/2", "value": 0},
        {"type": "event", "address": "/cue/go"},
    ]
}
print(call("POST", "/v1/bundle", json=bundle).json())
# => 'count': 3
# == batch
batch = {
    "requests": [
        {"op": "set", "address": "/lights/1", "value": 0.5},
        {"op": "get", "address": "/lights/2"},
    ]
}
print([result["status"] for result in call("POST", "/v1/batch", json=batch).json()["results"]])
# => 200
# == events
# The id of the last event goes into the header Last-Event-ID to go on after a cut.
with call("GET", "/v1/events", params={"pattern": "/lights/**"}, stream=True) as events:
    for line in events.iter_lines(decode_unicode=True):
        if line.startswith("data:"):
            print(json.loads(line[5:]))
            break
# => /lights/
# == takeLock
lock = call("POST", "/v1/locks", json={"address": "/lights/1", "ttl": 60}).json()["lock"]
print(call("PUT", "/v1/state/lights/1", json={"value": 0.9}, headers={"Clasp-Lock": lock}).json()["value"])
# => 0.9
# == getLock
print(call("GET", f"/v1/locks/{lock}").json()["address"])
# => /lights/1
# == renewLock
print(call("PUT", f"/v1/locks/{lock}?ttl=120").json()["expires_in"] > 60)
# => True
# == giveBackLock
print(call("DELETE", f"/v1/locks/{lock}").status_code)
# => 204
