package diag

// RC25xx: handlers and triggers, RC31xx: actions, reported by lang/check.
const (
	UnknownAction       Code = "RC2501"
	HandlerOutcome      Code = "RC2502"
	HandlerName         Code = "RC2503"
	HandlerEmpty        Code = "RC2504"
	MessageFunction     Code = "RC2505"
	RowInMessage        Code = "RC2506"
	TriggerSource       Code = "RC2507"
	TriggerForm         Code = "RC2508"
	TriggerNeedsChanges Code = "RC2509"
	ActionPlaceholder   Code = "RC2510"
	UnknownActionKind   Code = "RC3101"
	UnknownField        Code = "RC3102"
	MissingField        Code = "RC3103"
	FieldType           Code = "RC3104"
	FieldValue          Code = "RC3105"
	ActionRun           Code = "RC3106"
)

var handlerCodes = []Explanation{
	{
		Code:  UnknownAction,
		Title: `a handler that does an unknown action`,
		Why:   `After do stands the name of an action that the file declares, or module.name of one that it imports.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do pager { text = "${count} rows" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
	},
	{
		Code:  HandlerOutcome,
		Title: `a handler for an outcome that the rule cannot have`,
		Why:   `A rule between sides has missing, mismatch, duplicate and unkeyed rows, and such as expired. A rule over one side has breaches and unkeyed rows. What was open in either can be cleared.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on breach {
    do page { text = "${count} rows" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on mismatch {
    do page { text = "${count} rows" }
  }
}
`,
	},
	{
		Code:  HandlerName,
		Title: `a handler that is limited to something that is not there`,
		Why:   `The name after an outcome is the side that it concerns, of a mismatch the comparison, of a breach the assert or unique. A cleared break has none, for nothing is wrong with it any more.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing c {
    do page { text = "${count} rows" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
	},
	{
		Code:  HandlerEmpty,
		Title: `a handler that does nothing`,
		Why:   `The block of a handler says what is done: one do, or several.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
	},
	{
		Code:  MessageFunction,
		Title: `a wrong use of count, sum or sample`,
		Why:   `In the text of a message count is a bare name, sum(x) adds up exact numbers, and sample(x, n) lists the first n values, n being a number from 1 to 1000.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "sum ${sum(a.id)}" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "sum ${sum(a.amount)}" }
  }
}
`,
	},
	{
		Code:  RowInMessage,
		Title: `a column in a message about many breaks`,
		Why:   `An action that is done once for all breaks of a run has no row of its own. sum(x) adds a column up, sample(x, n) lists some of its values.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "look at ${a.id}" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "look at ${sample(a.id, 3)}" }
  }
}
`,
	},
	{
		Code:  TriggerSource,
		Title: `a trigger that follows no side of the rule`,
		Why:   `A trigger names a side of its rule, or the source of one, and then changes: trigger orders.changes. The rule must have a key, for a trigger looks at the keys that changed.`,
		Bad: `source a from mysql {
  dsn     = secret.dsn
  table   = "a"
  changes = "binlog"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret dsn = env("DSN")

rule r between a, b {
  key id
  compare amount

  trigger a.rows {
    delay = 2s
  }
}
`,
		Good: `source a from mysql {
  dsn     = secret.dsn
  table   = "a"
  changes = "binlog"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret dsn = env("DSN")

rule r between a, b {
  key id
  compare amount

  trigger a.changes {
    delay = 2s
  }
}
`,
	},
	{
		Code:  TriggerForm,
		Title: `an attribute of a trigger that cannot be`,
		Why:   `delay and every are durations, sample is a percent above 0% and up to 100%, retry and rate are whole numbers from 1, and retry and every stand together. always is a condition on the row of the side that is followed.`,
		Bad: `source a from mysql {
  dsn     = secret.dsn
  table   = "a"
  changes = "binlog"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret dsn = env("DSN")

rule r between a, b {
  key id
  compare amount

  trigger a.changes {
    retry = 3
  }
}
`,
		Good: `source a from mysql {
  dsn     = secret.dsn
  table   = "a"
  changes = "binlog"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret dsn = env("DSN")

rule r between a, b {
  key id
  compare amount

  trigger a.changes {
    retry = 3
    every = 5s
  }
}
`,
	},
	{
		Code:  TriggerNeedsChanges,
		Title: `a trigger on a source that does not say how its changes are followed`,
		Why:   `A source is followed only if its setting changes says how. A plugin without that setting can be read, but not followed.`,
		Bad: `source a from mysql {
  dsn     = secret.dsn
  table   = "a"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret dsn = env("DSN")

rule r between a, b {
  key id
  compare amount

  trigger a.changes {
    delay = 2s
  }
}
`,
		Good: `source a from mysql {
  dsn     = secret.dsn
  table   = "a"
  changes = "binlog"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret dsn = env("DSN")

rule r between a, b {
  key id
  compare amount

  trigger a.changes {
    delay = 2s
  }
}
`,
	},
	{
		Code:  ActionPlaceholder,
		Title: `a {name} in an action that the rule knows no value for`,
		Why:   `In a setting of an action that is done once for each break, {name} is the key of that name, the column of that name that just one side has, or {side.column}. The rule whose handler does the action must have it.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret cache = env("CACHE_URL")

action drop from redis {
  url     = secret.cache
  command = "DEL acct:{user_id}"
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do drop { approval = "auto" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret cache = env("CACHE_URL")

action drop from redis {
  url     = secret.cache
  command = "DEL acct:{id}"
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do drop { approval = "auto" }
  }
}
`,
	},
	{
		Code:  UnknownActionKind,
		Title: `an action of a kind that there is not`,
		Why:   `After from stands what an action does: a kind that recon has by itself, or a plugin that offers actions.`,
		Bad: `action page from webhok {
  url = "https://example.com"
}
`,
		Good: `action page from webhook {
  url = "https://example.com"
}
`,
	},
	{
		Code:  UnknownField,
		Title: `a field that the action does not have`,
		Why:   `Each kind of action says which fields it takes where a handler does it.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { txt = "${count} rows" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
	},
	{
		Code:  MissingField,
		Title: `an action without a field that it needs`,
		Why:   `Some fields must be given where a handler does the action: a message without a text says nothing.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from dingtalk {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from dingtalk {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
	},
	{
		Code:  FieldType,
		Title: `a field with a value of another type`,
		Why:   `Each field has a type. A text that is to hold a number is written "${x}".`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = 12 }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret hook = env("HOOK_URL")

action page from webhook {
  url = secret.hook
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "12" }
  }
}
`,
	},
	{
		Code:  FieldValue,
		Title: `a field with a value that it cannot have`,
		Why:   `Some fields take one of a few values, which the reference page of the action lists.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret cache = env("CACHE_URL")

action drop from redis {
  url     = secret.cache
  command = "DEL acct:{id}"
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do drop { approval = "never" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

secret cache = env("CACHE_URL")

action drop from redis {
  url     = secret.cache
  command = "DEL acct:{id}"
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do drop { approval = "auto" }
  }
}
`,
	},
	{
		Code:  ActionRun,
		Title: `a setting of an action that would differ from run to run`,
		Why:   `What an action was given is the same for all rules and runs that do it, and is read when a message is delivered, which may be after the run. Parameters stand in the fields of a do.`,
		Bad: `param channel: string = "ops"
source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

action page from webhook {
  url = "https://example.com/${channel}"
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
  }
}

let channel = "ops"

action page from webhook {
  url = "https://example.com/${channel}"
}

rule r between a, b {
  key id
  compare amount

  on missing b {
    do page { text = "${count} rows" }
  }
}
`,
	},
}
