package diag

// RC26xx: tests, reported by lang/check.
const (
	SameTest      Code = "RC2601"
	GivenUnknown  Code = "RC2602"
	GivenMissing  Code = "RC2603"
	TableHeader   Code = "RC2604"
	TableColumn   Code = "RC2605"
	TableCell     Code = "RC2606"
	TableTime     Code = "RC2607"
	ExpectOutcome Code = "RC2608"
	ExpectName    Code = "RC2609"
	ExpectCount   Code = "RC2610"
	TestParam     Code = "RC2611"
	TestClock     Code = "RC2612"
)

var testCodes = []Explanation{
	{
		Code:  SameTest,
		Title: `two tests of one title`,
		Why:   `The title is how a test is named in reports, by --run and by whoever fixes it. Two tests of one rule with the same title cannot be told apart.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}

test "nothing is there" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
	},
	{
		Code:  GivenUnknown,
		Title: `a table for something that the rule does not read`,
		Why:   `After given stands a side of the rule, or a source or view that it reads, directly or below a view. A table for anything else would change nothing.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  given refunds {
    | id |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
	},
	{
		Code:  GivenMissing,
		Title: `a test without a table for a source`,
		Why:   `A test reads no file and no database, so that it gives the same answer everywhere. Each side needs a table for itself, or for all that lies below it; a table with a header and no rows will do.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
	},
	{
		Code:  TableHeader,
		Title: `a table without the names of its columns`,
		Why:   `The first row of a table names its columns, each once.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id | id |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id | amount |
  }
}
`,
	},
	{
		Code:  TableColumn,
		Title: `a table with an unknown column`,
		Why:   `The columns of a given table are those of its source. Those of an expected one are the parts of the key, or, of unkeyed rows and breaches, the columns of the side. Some may be left out: they are null, or not compared.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | order_no |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
	},
	{
		Code:  TableCell,
		Title: `a cell that does not fit its column`,
		Why:   `A cell is written as a csv file has it: a number without separators, a date as 2026-11-20, a time as 2026-11-20 10:00:00, in the zone of its source. An empty cell is null, and an empty text is a pair of quotation marks.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id | amount | paid_at          |
    | A1 | 10,000 | 2026-11-20 10:00 |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id | amount | paid_at          |
    | A1 | 10000  | 2026-11-20 10:00 |
  }
  expect missing orders 1
}
`,
	},
	{
		Code:  TableTime,
		Title: `a table without the column that the window needs`,
		Why:   `The rule has a window, which takes those rows whose time lies in it. Rows without a time would all be errors.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
    | A1 |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id | paid_at          |
    | A1 | 2026-11-20 10:00 |
  }
  expect missing orders 1
}
`,
	},
	{
		Code:  ExpectOutcome,
		Title: `an outcome that the rule cannot have`,
		Why:   `A rule between sides has keys that are matched, pending, missing, mismatch, duplicate, unkeyed, expired or cleared. A rule over one side has breaches and rows that could not be read.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  expect breach 1
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  expect missing 0
}
`,
	},
	{
		Code:  ExpectName,
		Title: `an outcome of something that is not there`,
		Why:   `After the outcome stands a side, of mismatch a comparison, of breach an assert or unique. What is matched or cleared has no such name.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  expect missing refunds 1
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  expect missing bill 0
}
`,
	},
	{
		Code:  ExpectCount,
		Title: `an expected number that is no number of keys`,
		Why:   `Keys are counted in whole numbers.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  expect matched 1.5
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  expect matched 0
}
`,
	},
	{
		Code:  TestParam,
		Title: `a test that sets an unknown parameter`,
		Why:   `A test sets parameters that the file, or one that it imports, declares with param. A let has one value for ever.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param dat = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
	},
	{
		Code:  TestClock,
		Title: `a table that comes later where nothing waits for it`,
		Why:   `Tables that come after some seconds try out a trigger: each row of its source changes at 0s, and its key is looked at after the delay, and again. A run without a trigger reads all its sources at once, and several runs at different instants are written with run at.`,
		Bad: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
  given bill after 6s {
    | id |
  }
}
`,
		Good: `source orders from csv {
  path = "orders.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

source bill from csv {
  path = "bill.csv"
  time = paid_at
  columns {
    id       string
    amount   decimal(18, 2)
    paid_at  timestamp
  }
}

param date: date

rule r between orders, bill {
  window { period = day(date) }
  key id
  compare amount
}

test "all agree" for r {
  param date = 2026-11-20
  given orders {
    | id |
  }
  given bill {
    | id |
  }
}
`,
	},
}
