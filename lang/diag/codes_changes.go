package diag

// RC51xx: what a change of rules does to what earlier runs left, reported by lang/against.
const (
	RenamedUnsaid     Code = "RC5101"
	RuleGone          Code = "RC5102"
	MovedOnto         Code = "RC5103"
	KeyChanged        Code = "RC5104"
	TotalsChanged     Code = "RC5105"
	WindowChanged     Code = "RC5106"
	LedgerParams      Code = "RC5107"
	LedgerDefault     Code = "RC5108"
	WindowRows        Code = "RC5109"
	SidesChanged      Code = "RC5110"
	DuplicatesChanged Code = "RC5111"
	ColumnsChanged    Code = "RC5112"
	WaitsNoMore       Code = "RC5113"
	NotCompared       Code = "RC5114"
)

// changesHead begins the examples.
const changesHead = `param date: date = today("UTC")

source orders from csv {
  path = "orders.csv"
  time = at
  zone = "UTC"

  columns {
    id      string
    shop    string
    amount  decimal(18, 2)
    at      timestamp
  }
}

source bank from csv {
  path = "bank.csv"
  time = at
  zone = "UTC"

  columns {
    id      string
    shop    string
    amount  decimal(18, 2)
    at      timestamp
  }
}

`

const changesRule = `rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}
`

var changeCodes = []Explanation{
	{
		Code:   RenamedUnsaid,
		Title:  `a rule that was renamed, and its state does not follow`,
		Why:    "What a rule left open stands in the state under its name. A rule of another name begins anew: it reports everything again, knows nothing of what was accepted, and what waits for a partner meets it no more. `moved` hands all of that to the new name.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule payments between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}
`,
		Good: changesHead + `moved cash to payments

rule payments between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}
`,
	},
	{
		Code:  RuleGone,
		Title: `a rule that is gone`,
		Why:   "What the rule left open stays in the state, and no run settles it any more. That is right where nobody needs the rule; it is not if another rule is to go on with its work.",
		Before: changesHead + changesRule + `
rule refunds between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  compare amount
}
`,
		Bad: changesHead + changesRule,
		Good: changesHead + `moved refunds to returns

rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}

rule returns between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  compare amount
}
`,
	},
	{
		Code:  MovedOnto,
		Title: `moved to a rule that has state of its own`,
		Why:   "The state follows a rule to a new name. Where that name has state already the two are not merged, because nobody could say afterwards whose break is whose: a run is refused as long as something is open under both.",
		Before: changesHead + changesRule + `
rule refunds between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  compare amount
}
`,
		Bad: changesHead + `moved refunds to cash

` + changesRule,
		Good: changesHead + `moved refunds to returns

rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}

rule returns between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  compare amount
}
`,
	},
	{
		Code:   KeyChanged,
		Title:  `another key`,
		Why:    "A break is known by its key, with the types and the order of its parts. Under another key all that is open goes and comes again as new, decisions with it, and rows that wait for a partner in a later window do not meet it. The names of the parts make no difference.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  key id
  compare amount
}
`,
		Good: changesHead + changesRule + `
rule cash_by_shop between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  key id
  compare amount
}
`,
	},
	{
		Code:   TotalsChanged,
		Title:  `totals instead of rows, or rows instead of totals`,
		Why:    "A rule with group has a break for each group, one without has a break for each key. Nothing that is open under the one is found under the other.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule cash between orders, bank {
  window {
    period = day(date)
  }

  group shop
  compare sum(amount) as amount
}
`,
		Good: changesHead + changesRule + `
rule cash_totals between orders, bank {
  window {
    period = day(date)
  }

  group shop
  compare sum(amount) as amount
}
`,
	},
	{
		Code:   WindowChanged,
		Title:  `other windows`,
		Why:    "Settled windows of a rule never overlap. Days and weeks do, and so do days of different time zones, and a window and none: the next run is refused. Another name, without moved, begins anew; the state of the old one stays where it is.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule cash between orders, bank {
  window {
    period = week(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}
`,
		Good: changesHead + changesRule + `
rule cash_weekly between orders, bank {
  window {
    period = week(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}
`,
	},
	{
		Code:   LedgerParams,
		Title:  `other parameters`,
		Why:    "A rule has a ledger for each value of its parameters; dates and instants say when, and count not. With one parameter more, or one less, or of another name, none of the ledgers that were kept goes on.",
		Before: changesHead + changesRule,
		Bad: changesHead + `param shop_no: string = "1"

rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount where orders.shop == shop_no
}
`,
		Good: changesHead + changesRule + `
rule cash_by_shop between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key shop
  key id
  compare amount
}
`,
	},
	{
		Code:  LedgerDefault,
		Title: `another default of a parameter`,
		Why:   "A rule has a ledger for each value of its parameters. Where the parameter is not given, the next run goes on with the ledger of the new default, and what is open under the old one stays as it is until the rule is run for that value.",
		Before: changesHead + `param shop_no: string = "1"

rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount where orders.shop == shop_no
}
`,
		Bad: changesHead + `param shop_no: string = "2"

rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount where orders.shop == shop_no
}
`,
		Good: changesHead + `param shop_no: string = "1"

rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount where orders.shop == shop_no
}
`,
	},
	{
		Code:   WindowRows,
		Title:  `another time or zone`,
		Why:    "The time of a source says into which window a row falls. With another one, or another zone, a row near the end of a settled window may belong to the next: it is read twice, or never.",
		Before: changesHead + changesRule,
		Bad: `param date: date = today("UTC")

source orders from csv {
  path = "orders.csv"
  time = at
  zone = "Asia/Shanghai"

  columns {
    id      string
    shop    string
    amount  decimal(18, 2)
    at      timestamp
  }
}

source bank from csv {
  path = "bank.csv"
  time = at
  zone = "UTC"

  columns {
    id      string
    shop    string
    amount  decimal(18, 2)
    at      timestamp
  }
}

` + changesRule,
		Good: changesHead + changesRule,
	},
	{
		Code:   SidesChanged,
		Title:  `other sides, or sides in another order`,
		Why:    "What is open was judged among the sides of then, and rows are known by the place of their side. In windows that are run again they count as changed, so what was accepted is open again; in the others they stay as they are. The names of the sides make no difference.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule cash between bank, orders {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount
}
`,
		Good: changesHead + changesRule,
	},
	{
		Code:   DuplicatesChanged,
		Title:  `another treatment of duplicates`,
		Why:    "What is open as a duplicate stays so until its window is run again, and may then be paired; or what was paired is a duplicate.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  duplicates = "pair"
  key id
  compare amount
}
`,
		Good: changesHead + changesRule,
	},
	{
		Code:   ColumnsChanged,
		Title:  `rows with other values`,
		Why:    "What was accepted is known by the values of the rows: if they change, somebody should look again. With a column more or less, another type, or another formula, all rows of the side have changed, so everything that was accepted is open again once its window is run, and handlers are told that it has changed.",
		Before: changesHead + changesRule,
		Bad: `param date: date = today("UTC")

source orders from csv {
  path = "orders.csv"
  time = at
  zone = "UTC"

  columns {
    id      string
    shop    string
    amount  decimal(18, 2)
    note    string
    at      timestamp
  }
}

source bank from csv {
  path = "bank.csv"
  time = at
  zone = "UTC"

  columns {
    id      string
    shop    string
    amount  decimal(18, 2)
    at      timestamp
  }
}

` + changesRule,
		Good: changesHead + changesRule,
	},
	{
		Code:   WaitsNoMore,
		Title:  `a definition under which rows wait no more`,
		Why:    "Rows that wait for a partner were read under the definition of then. Under another one they stay open as they are, and match nothing that a later window brings. Run the last windows again, as many as `carry` says: then they wait under the new definition.",
		Before: changesHead + changesRule,
		Bad: changesHead + `rule cash between orders, bank {
  window {
    period = day(date)
    slack  = 30m
    carry  = 3d
  }

  key id
  compare amount within 0.01
}
`,
		Good: changesHead + changesRule,
	},
	{
		Code:  NotCompared,
		Title: `rules that cannot be compared`,
		Why:   "The files have mistakes at the revision to compare with, so nobody can say what these rules were. Compare with a revision that is valid.",
		Before: changesHead + `rule cash between orders, banc {
  key id
  compare amount
}
`,
		Bad:  changesHead + changesRule,
		Good: changesHead + changesRule,
	},
}
