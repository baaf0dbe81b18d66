-- wrk: reads the paths that PATHS, a file, has in its lines, one after the other from a place of chance on. KEY is sent as the
-- bearer's.
local paths = {}
for line in io.lines(os.getenv("PATHS")) do paths[#paths + 1] = line end
math.randomseed(tonumber(os.getenv("SEED") or os.time()))
local next = math.random(1, #paths)
local headers = { ["Authorization"] = "Bearer " .. os.getenv("KEY") }

request = function()
  next = next % #paths + 1
  return wrk.format("GET", paths[next], headers)
end

done = function(summary, latency)
  local bad = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  print(string.format("RESULT %d %d %.3f %d %d %d", summary.requests, bad, summary.duration / 1e6, latency:percentile(50), latency:percentile(99), latency.max))
end
