package diag

// RC4xxx: what is valid and probably wrong, reported by lang/lint.
const (
	UnusedAllow       Code = "RC4001"
	BadAllow          Code = "RC4002"
	FloatMoney        Code = "RC4003"
	ZeroTolerance     Code = "RC4004"
	IdleBound         Code = "RC4005"
	GatesTogether     Code = "RC4006"
	TotalsOnly        Code = "RC4007"
	NoSlack           Code = "RC4008"
	ShortCarry        Code = "RC4009"
	ZonelessTime      Code = "RC4010"
	RecurringKey      Code = "RC4011"
	UnitAgainstNone   Code = "RC4012"
	MoneyOfNone       Code = "RC4013"
	Unused            Code = "RC4014"
	CompareKey        Code = "RC4015"
	HandlerNever      Code = "RC4016"
	OutcomeNever      Code = "RC4017"
	SecretInText      Code = "RC4018"
	NoTest            Code = "RC4019"
	ConstantCondition Code = "RC4020"
	AlwaysNull        Code = "RC4021"
	ScaleLost         Code = "RC4022"
	PlainText         Code = "RC4023"
)

var lintCodes = []Explanation{
	{
		Code:  UnusedAllow,
		Title: `a comment that silences nothing`,
		Why:   `The comment allows a lint that finds nothing on its line or on the line below it: the rule was mended, or the comment has moved away from what it spoke of. Left there, it would hide the next fault.`,
		Bad: `# allow RC4004: agreed with the bank
source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  # allow RC4004: agreed with the bank
  compare amount within 0
}
`,
	},
	{
		Code:  BadAllow,
		Title: `a comment that cannot silence anything`,
		Why:   "A lint is silenced by its code and a reason, `# allow RC4008: both files are cut at the same instant`, on the line of the statement or the line above it. The reason is for whoever reads the rule next. Errors are not silenced.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  # allow RC4004
  compare amount
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
}
`,
	},
	{
		Code:  FloatMoney,
		Title: `money as a float`,
		Why:   `A float has no exact cents: 0.1 + 0.2 is not 0.3 in it, and sums of many drift. Such a column agrees within a tolerance only, and the tolerance hides real differences. A decimal is exact, and read from the same text.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount float }
}

rule r over a {
  unique id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r over a {
  unique id
}
`,
	},
	{
		Code:  ZeroTolerance,
		Title: `a tolerance of 0`,
		Why:   "Values without a tolerance must be equal, and a tolerance of 0 says just that. Beside another bound with `or` it adds nothing; with `and` it makes the other bound useless. It usually stands for a number that was to be filled in.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount within 0
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount within 0.01
}
`,
	},
	{
		Code:  IdleBound,
		Title: `a relative bound that decides nothing`,
		Why:   `A share of even the largest number that the columns can hold is less than the bound beside it, or less than one step of the last digit, so the bound never decides anything; or it is 100% and more, and 0 agrees with anything. Mostly a percent sign or some zeros are wrong.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(6, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(6, 2) }
}

rule r between a, b {
  key id
  compare amount within 10 or 0.0001%
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(6, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(6, 2) }
}

rule r between a, b {
  key id
  compare amount within 10 or 1%
}
`,
	},
	{
		Code:  GatesTogether,
		Title: `a gate that reports only when several faults come together`,
		Why:   "`fail when missing.count > 0 and mismatch.count > 0` passes a run in which rows are missing and none differs. Faults of different kinds, sides or comparisons are each a reason: join them with `or`, or write a gate for each.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when missing.count > 0 and mismatch.count > 0
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when missing.count > 0 or mismatch.count > 0
}
`,
	},
	{
		Code:  TotalsOnly,
		Title: `totals without the rows behind them`,
		Why:   "Two faults that cancel out leave the totals equal: a payment booked twice and another not at all. Totals are compared in addition to rows, by a rule with a key over the same sources, or are explained by `drill into`.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when abs(diff.amount) > 10
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when abs(diff.amount) > 10 or mismatch.count > 0
}
`,
	},
	{
		Code:  NoSlack,
		Title: `a window without slack`,
		Why:   `Clocks differ and messages take time: of a pair at midnight one row is in this window and the other in the next. Without slack and carry both are reported as missing, every day. With them the row waits for its partner.`,
		Bad: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

rule r between a, b {
  window {
    period = day(date)
  }

  key id
  compare amount
}
`,
		Good: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

rule r between a, b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 7d
  }

  key id
  compare amount
}
`,
	},
	{
		Code:  ShortCarry,
		Title: `carry that ends before a partner can come`,
		Why:   "A row is carried to windows that start at most `carry` after its own. If that is less than the period, no window starts in time; if it is less than slack, or than the tolerance between the times of the sides, the rule lets a partner come and does not wait for it.",
		Bad: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

rule r between a, b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 12h
  }

  key id
  compare amount
}
`,
		Good: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { id string, amount decimal(18, 2), at timestamp }
}

rule r between a, b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 7d
  }

  key id
  compare amount
}
`,
	},
	{
		Code:  ZonelessTime,
		Title: `times without a zone`,
		Why:   "A time such as 2026-11-20 23:30 is another instant, and often another day, in another zone. Without `zone` in the source, and without one in the schedule of its rules, it is taken as UTC, and a day's window is cut at the wrong hour.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, at timestamp }
}

rule r over a {
  unique id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  zone = "Asia/Shanghai"
  columns { id string, at timestamp }
}

rule r over a {
  unique id
}
`,
	},
	{
		Code:  RecurringKey,
		Title: `a key that recurs, without a date in it`,
		Why:   `A key that matched in an earlier window is not known later. If the same key is there in every window (a user, a shop, an account), a row of yesterday that found no partner is paired with today's row. A date in the key keeps the days apart.`,
		Bad: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { user_id string, amount decimal(18, 2), at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { user_id string, amount decimal(18, 2), at timestamp }
}

rule r between a, b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 7d
  }

  key user_id
  compare amount
}
`,
		Good: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { user_id string, amount decimal(18, 2), at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "Asia/Shanghai"
  columns { user_id string, amount decimal(18, 2), at timestamp }
}

rule r between a, b {
  window {
    period = day(date)
    slack  = 30m
    carry  = 7d
  }

  key user_id
  key day(a.at) = day(b.at) as day
  compare amount
}
`,
	},
	{
		Code:  UnitAgainstNone,
		Title: `a number with a unit against one without`,
		Why:   `One column says that it is CNY, and the other says nothing: it may be cents, or dollars. Declared with its unit, what does not fit is an error instead of a coincidence.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}

rule r between a, b {
  key id
  compare amount
}
`,
	},
	{
		Code:  MoneyOfNone,
		Title: `money against a difference without a unit`,
		Why:   `The compared columns have no unit, so nobody knows whether their difference is in that currency. The numbers are compared as they are.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when absdiff.amount > 1 CNY
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) unit "CNY" }
}

rule r between a, b {
  key id
  compare amount
  fail when absdiff.amount > 1 CNY
}
`,
	},
	{
		Code:  Unused,
		Title: `a declaration that nothing uses`,
		Why:   "It may be left over, or what was to use it uses something else: a second source with the wrong name, a tolerance that no comparison takes. A file without rules is there to be imported; in it only names that begin with `_` are looked at. `recon fix` removes private lets and secrets; other names may be used by files that were not checked.",
		Bad: `let _tiny = 0.01

source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount within 0.1
}
`,
		Good: `let _tiny = 0.01

source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount within _tiny
}
`,
	},
	{
		Code:  CompareKey,
		Title: `a comparison of the key`,
		Why:   `Rows are paired because they have the key in common, so such a comparison never fails. Probably another column was meant.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
}
`,
	},
	{
		Code:  HandlerNever,
		Title: `a handler that never runs`,
		Why:   "Its outcome cannot occur in this rule, or its condition is false for every row: in a break of `missing bill` there is no row of bill, so all its columns are null.",
		Bad: `source orders from csv {
  path = "orders.csv"
  columns { id string, amount decimal(18, 2) }
}

source bill from csv {
  path = "bill.csv"
  columns { id string, amount decimal(18, 2) }
}

secret url = env("PAGER_URL")

action pager from webhook {
  url = secret.url
}

rule r between orders, bill {
  key id
  on missing bill where bill.amount > 1000 {
    do pager { text = "a large order is not billed" }
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  columns { id string, amount decimal(18, 2) }
}

source bill from csv {
  path = "bill.csv"
  columns { id string, amount decimal(18, 2) }
}

secret url = env("PAGER_URL")

action pager from webhook {
  url = secret.url
}

rule r between orders, bill {
  key id
  on missing bill where orders.amount > 1000 {
    do pager { text = "a large order is not billed" }
  }
}
`,
	},
	{
		Code:  OutcomeNever,
		Title: `an outcome that cannot occur`,
		Why:   `The number is always 0: without carry nothing expires, without slack nothing is pending, without a comparison nothing is a mismatch, and of totals there is one for each group, so that none is a duplicate. A gate on it looks like a guard and is none.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when mismatch.count > 0 or expired.count > 0
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount
  fail when mismatch.count > 0
}
`,
	},
	{
		Code:  SecretInText,
		Title: `a secret in plain text`,
		Why:   "A password in a rule file is in every copy of the repository, and the value of a parameter stands in plans, logs and results. A `secret` is read where the rule runs, and printed nowhere.",
		Bad: `source a from postgres {
  dsn   = "postgres://recon:hunter2@db/shop"
  table = "orders"
  columns { id string }
}

rule r over a {
  unique id
}
`,
		Good: `secret shop = env("SHOP_DSN")

source a from postgres {
  dsn   = secret.shop
  table = "orders"
  columns { id string }
}

rule r over a {
  unique id
}
`,
	},
	{
		Code:  NoTest,
		Title: `a rule without a test`,
		Why:   `Keys, tolerances, windows and gates work together, and whether they say what was meant is seen by running them: a test gives a few rows and what must come of them. Rules over one side are not looked at, for what they claim they say themselves.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount within 0.01
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, amount decimal(18, 2) }
}

source b from csv {
  path = "b.csv"
  columns { id string, amount decimal(18, 2) }
}

rule r between a, b {
  key id
  compare amount within 0.01
}

test "a cent is no difference" for r {
  given a {
    | id | amount |
    | 1  | 10.00  |
  }
  given b {
    | id | amount |
    | 1  | 10.01  |
  }
  expect matched 1
}
`,
	},
	{
		Code:  ConstantCondition,
		Title: `a condition that is always the same`,
		Why:   `No row and no parameter changes it: two literals are compared, or a value that is never null with null. Something else was meant.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, note string }
}

rule r over a {
  assert coalesce(note, "") != null as noted
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, note string }
}

rule r over a {
  assert note != null as noted
}
`,
	},
	{
		Code:  AlwaysNull,
		Title: `a value that is always null, or a fallback that is never needed`,
		Why:   "What is computed from the literal null is null for every row; and `coalesce` takes its first value that is not null, so that nothing after a literal is ever taken.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, note string }
}

rule r over a {
  assert coalesce("none", note) == id as noted
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, note string }
}

rule r over a {
  assert coalesce(note, "none") == id as noted
}
`,
	},
	{
		Code:  ScaleLost,
		Title: `a product with more decimals than its column`,
		Why:   `The decimals of a product are those of its factors together, and nothing is rounded where nobody says so: the first row whose product has more decimals than the column is one that does not fit, and stops the run.`,
		Bad: `source a from postgres {
  dsn   = secret.dsn
  table = "a"
  columns {
    id      string
    amount  decimal(18, 2)
    tax     decimal(18, 2) = amount * 0.065
  }
}

secret dsn = env("DSN")

rule r over a {
  unique id
}
`,
		Good: `source a from postgres {
  dsn   = secret.dsn
  table = "a"
  columns {
    id      string
    amount  decimal(18, 2)
    tax     decimal(18, 2) = round(amount * 0.065, 2)
  }
}

secret dsn = env("DSN")

rule r over a {
  unique id
}
`,
	},
	{
		Code:  PlainText,
		Title: `a text in single quotes that looks as if it were evaluated`,
		Why:   "`${date}` is a value between double quotes only. Between single quotes it is text like any other: a file of that very name is looked for, a message says it word by word.",
		Bad: `param date: date

source a from csv {
  path = 'orders-${date}.csv'
  columns { id string }
}

rule r over a {
  unique id
}
`,
		Good: `param date: date

source a from csv {
  path = "orders-${date}.csv"
  columns { id string }
}

rule r over a {
  unique id
}
`,
	},
}
