-- wrk: each delivery of the file $DELIVERIES once. Threads take turns in it.
local threads = 0
function setup(thread)
	thread:set("id", threads)
	threads = threads + 1
end

function init()
	local i = 0
	list, at = {}, 0
	for line in io.lines(os.getenv("DELIVERIES")) do
		if i % 2 == id then list[#list + 1] = line end
		i = i + 1
	end
end

function request()
	at = at + 1
	if at > #list then error("not enough deliveries for this round") end
	local signature, body = list[at]:match("^(.-)\t(.*)$")
	return wrk.format("POST", nil, {["Stripe-Signature"] = signature, ["Content-Type"] = "application/json"}, body)
end
