-- One `/hadir masuk wfh` a request (or another command), each by another person: the form that a Mattermost server posts.
local token, team, first = os.getenv("BENCH_TOKEN"), os.getenv("BENCH_TEAM"), tonumber(os.getenv("BENCH_FIRST"))
local number = first
local command, text = os.getenv("BENCH_COMMAND") or "hadir", os.getenv("BENCH_TEXT") or "masuk+wfh"
local expected = os.getenv("BENCH_EXPECTED") or "ercatat"
local pause = tonumber(os.getenv("BENCH_PAUSE_MS") or "0")

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
wrk.headers["Accept"] = "application/json"

request = function()
  local body = "channel_id=npj9gc9qxig38d8b99t7f4iiro&channel_name=umum&command=%2F" .. command
    .. "&response_url=http%3A%2F%2F127.0.0.1%3A8065%2Fhooks%2Fcommands%2Fy3xfbmdjgfdnxy6ftqw9bon5ic"
    .. "&team_domain=dinas&team_id=" .. team .. "&text=" .. text .. "&token=" .. token
    .. "&trigger_id=aGU0M2pvczNlZmc4Znk4a2I0aG0za3BweXk6eXBvc3Jp"
    .. "&user_id=bench-" .. number .. "&user_name=pegawai." .. number
  number = number + 1
  return wrk.format(nil, "/mattermost/commands", nil, body)
end

if pause > 0 then delay = function() return pause end end

local wrong = 0
response = function(status, headers, body)
  if status ~= 200 or not string.find(body, expected) then wrong = wrong + 1 end
end

done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT %d %d %.3f %.3f %.3f %d\n", summary.requests, summary.duration, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, latency.max / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
