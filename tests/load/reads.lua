-- wrk: reads. WHAT=product reads one random product by SKU, WHAT=page a page of 20, WHAT=hello the yardstick's bare JSON answer.
local products = tonumber(os.getenv("PRODUCTS") or "2800")
local store = (os.getenv("SHAPE") or "store") == "store"
local prefix = store and "/api/v1/products" or "/products"
local what = os.getenv("WHAT")
math.randomseed(os.time())

request = function()
  if what == "hello" then return wrk.format("GET", "/hello") end
  if what == "page" then return wrk.format("GET", store and prefix .. "?limit=20" or prefix) end
  return wrk.format("GET", string.format("%s/SKU%05d", prefix, math.random(0, products - 1)))
end

done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format("RESULT %d %d %.3f %d %d", summary.requests, bad, summary.duration / 1e6, latency:percentile(50), latency:percentile(99)))
end
