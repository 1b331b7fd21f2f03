"""The rules of `rules.py` as one Lua script, which Redis runs undisturbed and by its own clock."""

TAKE = """
-- KEYS[1]: the moments taken so far, in microseconds, with spaces between them.
-- ARGV: bucket or window, quota, step in microseconds, cost, 1 to take and 0 to look.
local quota, step, cost = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local taken = {}
for moment in string.gmatch(redis.call('GET', KEYS[1]) or '', '%d+') do
  taken[#taken + 1] = tonumber(moment)
end
local kept, remaining, reset, wait = {}, 0, 0, 0

if ARGV[1] == 'bucket' then
  local full = quota * step
  reset = math.min(math.max((taken[1] or now) - now, 0), full)
  wait = math.max(reset + cost * step - full, 0)
  if wait == 0 and ARGV[5] == '1' then reset = reset + cost * step end
  kept[1] = string.format('%.0f', now + reset)
  remaining = math.floor((full - reset) / step)
else
  local counting = {}
  for _, moment in ipairs(taken) do
    if moment > now - step then counting[#counting + 1] = math.min(moment, now) end
  end
  local missing = #counting + cost - quota
  if missing > 0 then
    wait = counting[missing] + step - now
  elseif ARGV[5] == '1' then
    for _ = 1, cost do counting[#counting + 1] = now end
  end
  if #counting > 0 then reset = counting[#counting] + step - now end
  for index, moment in ipairs(counting) do kept[index] = string.format('%.0f', moment) end
  remaining = math.max(quota - #counting, 0)
end

if ARGV[5] == '1' then -- refused or not: after the clock was set back, what is kept must follow it once
  redis.call('SET', KEYS[1], table.concat(kept, ' '), 'PX', string.format('%.0f', math.ceil(reset / 1000) + 1))
end
return {wait == 0 and 1 or 0, remaining, reset, wait}
"""
"""Answers whether it may be, the remaining units, and the microseconds until reset and until a next try."""
