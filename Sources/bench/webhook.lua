-- Rows of the specified webhook, four of one order, every order new. The first argument begins the orders' tokens.
local orders, rows = 0, 0
local headers = { ["Content-Type"] = "application/json" }

function init(arguments)
  start = arguments[1] or "0"
end

function request()
  rows = rows + 1
  if rows % 4 == 1 then orders = orders + 1 end
  local row = string.format(
    '{"ticketId":%d,"saleMovementId":%d,"orderSecretToken":"%s%016d","state":"PAID","lastUpdate":"2026-11-20 19:05:%02d"}',
    10228900003000 + rows, 10228900002000 + rows, start, orders, rows % 4)
  return wrk.format("POST", nil, headers, row)
end

function done(summary, latency, requests)
  io.write(string.format("figures %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), summary.errors.connect + summary.errors.read + summary.errors.write
      + summary.errors.status + summary.errors.timeout))
end
