-- wrk: places orders of LINES lines (3) over PRODUCTS SKUs (2,800), each with a fresh Idempotency-Key.
-- RATE=200 places that many a second, whatever the answers take; without it each connection goes as fast as it can.
-- SHAPE=store sends the store's body, SHAPE=yardstick the hand-written checkout's.
local lines = tonumber(os.getenv("LINES") or "3")
local products = tonumber(os.getenv("PRODUCTS") or "2800")
local store = (os.getenv("SHAPE") or "store") == "store"
local path = store and "/api/v1/orders" or "/orders"
local head = store and "" or '"customer":"load@example.com",'
local tail = store
  and ',"email":"load@example.com","currency":"GBP","payment":{"method":"simulated","token":"tok_approve"}' or ""
local run = os.getenv("SEED") or tostring(os.time())
math.randomseed(os.time())
local count = 0

request = function()
  count = count + 1
  local first, list = math.random(0, products - 1), {}
  for line = 0, lines - 1 do
    list[#list + 1] = string.format('{"sku":"SKU%05d","quantity":1}', (first + line * 131) % products)
  end
  local headers = {
    ["Content-Type"] = "application/json",
    ["Idempotency-Key"] = string.format("load-%s-%010d-%08d", run, math.random(1, 2 ^ 30), count),
  }
  return wrk.format("POST", path, headers, "{" .. head .. '"lines":[' .. table.concat(list, ",") .. "]" .. tail .. "}")
end

local rate = tonumber(os.getenv("RATE") or "0")
if rate > 0 then
  local ffi = require("ffi")
  ffi.cdef("typedef struct { long seconds; long nanoseconds; } moment; int clock_gettime(int clock, moment *now);")
  local monotonic, now, began, sent = 1, ffi.new("moment"), nil, 0
  -- Milliseconds until the next order is due. Orders of all connections have one timetable.
  delay = function()
    ffi.C.clock_gettime(monotonic, now)
    local at = tonumber(now.seconds) + tonumber(now.nanoseconds) / 1e9
    began = began or at
    sent = sent + 1
    return math.max(0, math.floor((began + sent / rate - at) * 1000 + 0.5))
  end
end

-- One machine-readable line: answers, answers that were not 2xx or 3xx, seconds, microseconds at p50 and p99.
done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format("RESULT %d %d %.3f %d %d", summary.requests, bad, summary.duration / 1e6, latency:percentile(50), latency:percentile(99)))
end
