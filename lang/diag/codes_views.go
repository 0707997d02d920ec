package diag

// RC24xx: views, totals and drilling, reported by lang/check.
const (
	ViewColumns       Code = "RC2401"
	ViewColumnValue   Code = "RC2402"
	ViewTime          Code = "RC2403"
	ViewWindow        Code = "RC2404"
	JoinTerms         Code = "RC2405"
	NotAggregated     Code = "RC2406"
	AggregatePlace    Code = "RC2407"
	AggregateArgument Code = "RC2408"
	GroupUnit         Code = "RC2409"
	GroupRule         Code = "RC2410"
	DrillPlace        Code = "RC2411"
	DrillColumns      Code = "RC2412"
)

// viewSources are the sources that the examples of this range read.
const viewSources = `
source north from csv {
  path = "north.csv"
  columns {
    order_no  string
    mch_id    string
    amount    decimal(18, 2) unit "CNY"
  }
}

source south from csv {
  path = "south.csv"
  columns {
    order_no  string
    mch_id    string
    amount    decimal(18, 2) unit "CNY"
  }
}
`

// timedSources are these sources with the time of their rows.
const timedSources = `
param date: date = today() - 1d

source north from csv {
  path = "north.csv"
  time = paid_at
  columns {
    mch_id   string
    amount   decimal(18, 2) unit "CNY"
    paid_at  timestamp
  }
}

source south from csv {
  path = "south.csv"
  time = paid_at
  columns {
    mch_id   string
    amount   decimal(18, 2) unit "CNY"
    paid_at  timestamp
  }
}
`

var viewCodes = []Explanation{
	{
		Code:  ViewColumns,
		Title: `columns that do not make one column of a view`,
		Why: `A view of several sources has the columns that all of them have, by name. Integers and decimals meet in the wider decimal, and enums in one that lists ` +
			`the values of all. Other types do not meet, and neither do different units: nothing is converted silently.`,
		Bad: `source north from csv {
  path = "north.csv"
  columns { order_no string, amount decimal(18, 2) unit "CNY" }
}

source south from csv {
  path = "south.csv"
  columns { order_no string, amount decimal(18, 2) unit "USD" }
}

view orders from north, south { where order_no != "" }
`,
		Good: `source north from csv {
  path = "north.csv"
  columns { order_no string, amount decimal(18, 2) unit "CNY" }
}

source south from csv {
  path = "south.csv"
  columns { order_no string, amount decimal(18, 4) unit "CNY" }
}

view orders from north, south { where order_no != "" }
`,
	},
	{
		Code:  ViewColumnValue,
		Title: `a column of a view without a value`,
		Why:   `The columns of its sources are columns of a view without being listed. Those that its "columns" and the block of its "group" list are computed, and say from what.`,
		Bad: `view orders from north, south {
  columns {
    net  decimal(18, 2) unit "CNY"
  }
}
` + viewSources,
		Good: `view orders from north, south {
  columns {
    net  decimal(18, 2) unit "CNY" = amount - 1
  }
}
` + viewSources,
	},
	{
		Code:  ViewTime,
		Title: `a time for a view that groups`,
		Why:   `The rows of a view that groups are sums over rows of many instants. None of these is the time of the sum.`,
		Bad: `view totals from north, south {
  time = last
  group mch_id {
    last  timestamp = max(paid_at)
  }
}
` + timedSources,
		Good: `view totals from north, south {
  group mch_id {
    last  timestamp = max(paid_at)
  }
}
` + timedSources,
	},
	{
		Code:  ViewWindow,
		Title: `a view that no window can cut`,
		Why: `A rule with a window sees the rows of that window only. The rows of a view are cut by its time, or by settings of its sources that use the window or a parameter. ` +
			`A view that groups has no time, and where some sources are cut by settings and others by time, a row would be cut twice or not at all.`,
		Bad: `view totals from north, south {
  group mch_id {
    amount  decimal(38, 2) unit "CNY" = sum(amount)
  }
}

rule same_totals between totals, north as n {
  window { period = day(date) }
  key mch_id
  compare amount
}
` + timedSources,
		Good: `view all_rows from north, south {
  where mch_id != ""
}

rule same_totals between all_rows as t, north as n {
  window { period = day(date) }
  group mch_id
  compare sum(amount) as amount
}
` + timedSources,
	},
	{
		Code:  JoinTerms,
		Title: `terms of a join that read the wrong rows`,
		Why:   `A join looks one row up for each row of the view. The first term of each equation is computed from the view's row, the second from the row that is looked up.`,
		Bad: `view orders from north {
  join south as s on s.order_no = order_no
}
` + viewSources,
		Good: `view orders from north {
  join south as s on order_no = s.order_no
}
` + viewSources,
	},
	{
		Code:  NotAggregated,
		Title: `a column outside of an aggregate`,
		Why:   `A group has many rows, each with its own value of the column. What is said of the group is an aggregate: sum, count, min, max, avg, sum_if or count_if.`,
		Bad: `rule totals between north, south {
  group mch_id
  compare amount
}
` + viewSources,
		Good: `rule totals between north, south {
  group mch_id
  compare sum(amount) as amount
}
` + viewSources,
	},
	{
		Code:  AggregatePlace,
		Title: `an aggregate where there is no group`,
		Why: `An aggregate is computed from all rows of a group, once they are known. It stands in what a group's block computes, and in what "compare" sets equal in a rule with ` +
			`"group"; not in a condition on rows, and not in another aggregate.`,
		Bad: `rule totals between north, south {
  group mch_id
  compare sum(amount) where count() > 1 as amount
}
` + viewSources,
		Good: `rule totals between north, south {
  group mch_id
  compare sum(amount) where mch_id != "M1" as amount
}
` + viewSources,
	},
	{
		Code:  AggregateArgument,
		Title: `an aggregate of something that has none`,
		Why: `Exact numbers have a sum and a mean; floats have neither, for their sum depends on the order of the rows. Numbers, texts, dates and timestamps have a least and a ` +
			`greatest value. A mean is rounded by round only.`,
		Bad: `view totals from north, south {
  group mch_id {
    orders  decimal(38, 0) = sum(order_no)
  }
}
` + viewSources,
		Good: `view totals from north, south {
  group mch_id {
    orders  integer = count(order_no)
  }
}
` + viewSources,
	},
	{
		Code:  GroupUnit,
		Title: `amounts of several units in one group`,
		Why:   `An amount whose unit stands in another column may have a different unit in each row. Such amounts are not added up: the column of the unit is one of the groups.`,
		Bad: `source wallet from csv {
  path = "wallet.csv"
  columns {
    mch_id    string
    currency  string
    amount    decimal(18, 2) unit currency
  }
}

view totals from wallet {
  group mch_id {
    amount  decimal(38, 2) = sum(amount)
  }
}
`,
		Good: `source wallet from csv {
  path = "wallet.csv"
  columns {
    mch_id    string
    currency  string
    amount    decimal(18, 2) unit currency
  }
}

view totals from wallet {
  group mch_id, currency {
    amount  decimal(38, 2) unit currency = sum(amount)
  }
}
`,
	},
	{
		Code:  GroupRule,
		Title: `a statement that has no use beside group`,
		Why: `A rule with "group" pairs one total of each side. It has no key besides its groups, no duplicates, and nothing that could arrive late: the totals of a window belong to ` +
			`that window.`,
		Bad: `rule totals between north, south {
  group mch_id
  key order_no
  compare sum(amount) as amount
}
` + viewSources,
		Good: `rule totals between north, south {
  group mch_id
  group order_no
  compare sum(amount) as amount
}
` + viewSources,
	},
	{
		Code:  DrillPlace,
		Title: `drill into without group`,
		Why:   `"drill into" reads the rows of the totals that break. A rule that pairs rows by key shows the rows that break by themselves.`,
		Bad: `rule orders between north, south {
  key order_no
  compare amount
  drill into mch_id
}
` + viewSources,
		Good: `rule orders between north, south {
  group mch_id
  compare sum(amount) as amount
  drill into order_no
}
` + viewSources,
	},
	{
		Code:  DrillColumns,
		Title: `drill into columns that no side has`,
		Why:   `The rows of those sides are paired that have all the columns which "drill into" names; the rows of other sides are listed. If no side has them all, there is nothing to pair.`,
		Bad: `source bill from csv {
  path = "bill.csv"
  columns { mch_id string, bill_no string, amount decimal(18, 2) unit "CNY" }
}

rule orders between north, bill {
  group mch_id
  compare sum(amount) as amount
  drill into order_no, bill_no
}
` + viewSources,
		Good: `source bill from csv {
  path = "bill.csv"
  columns { mch_id string, bill_no string, amount decimal(18, 2) unit "CNY" }
}

rule orders between north, bill {
  group mch_id
  compare sum(amount) as amount
  drill into order_no
}
` + viewSources,
	},
}
