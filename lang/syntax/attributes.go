package syntax

import "slices"

// KnownAttribute describes an attribute that blocks have whatever plugin stands behind them.
type KnownAttribute struct {
	Name string
	Form string      // as it may be written
	Doc  string      // what it says
	In   []BlockKind // where it stands
}

var (
	inAllRules = []BlockKind{BetweenBlock, OverBlock}
	inSchedule = []BlockKind{ScheduleBlock}
	inTrigger  = []BlockKind{TriggerBlock}
	inWindow   = []BlockKind{WindowBlock}
	inSource   = []BlockKind{SourceBlock}
)

// Attributes are all of them: those that a block of such a kind takes, besides the settings of its plugin. Whatever else
// needs to know, reads it here.
var Attributes = []KnownAttribute{
	{"time", "time = paid_at", "The column by whose time a window cuts the rows. A view inherits it if its sources agree.", []BlockKind{SourceBlock, ViewBlock}},
	{"zone", `zone = "Asia/Shanghai"`, "The zone of times that say none; of a view, the one in which it dates times.", []BlockKind{SourceBlock, ViewBlock}},
	{"sorted", "sorted = [order_no]", "The rows come ascending by these columns. It is verified while reading.", inSource},
	{"bad_rows", `bad_rows = "report"`, "A row that cannot be read is unkeyed, with the reason. Without it, it stops the run.", inSource},
	{"optional", "optional = true", "A pattern of files that fits none means no rows. Without it, it stops the run.", inSource},

	{"title", `title = "Orders against bank"`, "What reports call the rule.", inAllRules},
	{"owner", `owner = "finance@example.com"`, "Who answers for it.", inAllRules},
	{"severity", `severity = "high"`, "How much a difference matters, in words of your own.", inAllRules},
	{"description", `description = "Agreed in March."`, "What else a reader of reports should know.", inAllRules},
	{"empty", `empty = "allowed"`, "A run in which no side reads a row passes. Without it, it fails.", inAllRules},
	{"baseline", "baseline = bank", "The side from which differences are taken, and of whose value a relative tolerance is a share. Without it, the first.", []BlockKind{BetweenBlock}},
	{"duplicates", `duplicates = "pair"`, "Rows of a repeated key are paired. Without it, they are set aside as duplicates.", []BlockKind{BetweenBlock}},

	{"cron", `cron = "30 6 * * *"`, "When the rule is due: minute, hour, day, month, weekday.", inSchedule},
	{"zone", `zone = "Asia/Shanghai"`, "The zone of the cron, and of times for which no source says one. Without it, UTC.", inSchedule},
	{"timeout", "timeout = 2h", "How long a run may take.", inSchedule},

	{"period", "period = day(date)", "The period that a run speaks of: day, week or month of a parameter, or hour of an instant.", inWindow},
	{"slack", "slack = 30m", "How far from an edge of the window a row waits for its partner before it is reported.", inWindow},
	{"carry", "carry = 7d", "For how long what is open is matched with the rows of later windows.", inWindow},

	{"delay", "delay = 2s", "How long after a change its key is looked at.", inTrigger},
	{"sample", "sample = 5%", "The share of changes that is looked at. Without it, all are.", inTrigger},
	{"always", `always = orders.level == "VIP"`, "Changes for which this is true are looked at, whatever the sample.", inTrigger},
	{"retry", "retry = 3", "How often a key that differs is looked at again. It needs every.", inTrigger},
	{"every", "every = 5s", "How long it waits before it looks again. It needs retry.", inTrigger},
	{"rate", "rate = 2000", "How many keys are looked at in a second, at most.", inTrigger},
}

// AttributeNames are the names of the attributes that a block of kind k takes.
func AttributeNames(k BlockKind) []string {
	var names []string
	for _, a := range Attributes {
		if slices.Contains(a.In, k) {
			names = append(names, a.Name)
		}
	}
	return names
}
