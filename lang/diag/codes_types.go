package diag

// RC2xxx: names, types and the shape of rules, reported by lang/check.
const (
	UnknownName          Code = "RC2001"
	UnknownSource        Code = "RC2002"
	UnknownSide          Code = "RC2003"
	UnknownColumn        Code = "RC2004"
	UnknownFunction      Code = "RC2005"
	AmbiguousName        Code = "RC2006"
	AlreadyDeclared      Code = "RC2007"
	GivenTwice           Code = "RC2008"
	UnknownAttribute     Code = "RC2009"
	Unqualified          Code = "RC2010"
	TermSides            Code = "RC2011"
	NameNeeded           Code = "RC2012"
	Circular             Code = "RC2013"
	WrongPlace           Code = "RC2014"
	UnknownMetric        Code = "RC2015"
	UnknownZone          Code = "RC2016"
	UnknownType          Code = "RC2017"
	NotInExpression      Code = "RC2018"
	BadMap               Code = "RC2019"
	OperatorName         Code = "RC2020"
	TypeMismatch         Code = "RC2101"
	WrongArgument        Code = "RC2102"
	WrongArity           Code = "RC2103"
	NotBoolean           Code = "RC2104"
	CannotCompare        Code = "RC2105"
	DateTimestamp        Code = "RC2106"
	NotInEnum            Code = "RC2107"
	UnitMismatch         Code = "RC2108"
	UnitProduct          Code = "RC2109"
	DivisionOutsideRound Code = "RC2110"
	FloatExact           Code = "RC2111"
	ToleranceType        Code = "RC2112"
	ToleranceUnit        Code = "RC2113"
	WrongIgnoring        Code = "RC2114"
	NotAList             Code = "RC2115"
	TooManyDigits        Code = "RC2116"
	WrongValue           Code = "RC2117"
	ColumnType           Code = "RC2118"
	ColumnUnit           Code = "RC2119"
	KeyType              Code = "RC2120"
	DateByHours          Code = "RC2121"
	NoKey                Code = "RC2201"
	NothingClaimed       Code = "RC2202"
	WindowTime           Code = "RC2203"
	SlackNeedsCarry      Code = "RC2204"
	WindowForm           Code = "RC2205"
	BadSchedule          Code = "RC2206"
	DecodeIncomplete     Code = "RC2207"
	OnlyNull             Code = "RC2208"
	MinorUnit            Code = "RC2209"
	DivisionByZero       Code = "RC2210"
	NeverEqual           Code = "RC2211"
)

var typeCodes = []Explanation{
	{
		Code:  UnknownName,
		Title: `a name that nothing has`,
		Why:   `A name in an expression is a column, a parameter, a let or a key that is visible there. Nothing is guessed: a misspelt name is an error, not an empty value.`,
		Bad: `let limit = 10
let twice = limt * 2
`,
		Good: `let limit = 10
let twice = limit * 2
`,
	},
	{
		Code:  UnknownSource,
		Title: `a side that is no source`,
		Why:   `The sides of a rule are sources or views of the same file, or of one that it imports.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, bb {
  key id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key id
}
`,
	},
	{
		Code:  UnknownSide,
		Title: `a column of a side that the rule does not have`,
		Why:   `In a rule a column is written side.column, and the side is named as in the rule's first line: by as, or by the last part of its source's name.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key a.id = c.id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key a.id = b.id
}
`,
	},
	{
		Code:  UnknownColumn,
		Title: `a column that the source does not declare`,
		Why:   `Only declared columns are read. Declare the column in the source, or correct its name.`,
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

rule r between a, b {
  key id
  compare amout
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

rule r between a, b {
  key id
  compare amount
}
`,
	},
	{
		Code:  UnknownFunction,
		Title: `a function that does not exist`,
		Why:   `The functions of the language are listed in its reference. There are no others, and none can be defined.`,
		Bad: `let name = uper("x")
`,
		Good: `let name = upper("x")
`,
	},
	{
		Code:  AmbiguousName,
		Title: `a name with two meanings`,
		Why:   `A bare name that is a column and a parameter, or a column of two sides, is not resolved by some order of precedence: one of them would be read where the other was meant.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  integer
    note    string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  integer
    note    string
  }
}

rule r between a, b {
  key id
  compare amount where note == "x"
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  integer
    note    string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  integer
    note    string
  }
}

rule r between a, b {
  key id
  compare amount where a.note == "x"
}
`,
	},
	{
		Code:  AlreadyDeclared,
		Title: `a name that is declared twice`,
		Why:   `Two declarations of one kind, two columns of a source, two keys or comparisons of a rule cannot share a name; rule names are unique among all files that are run together.`,
		Bad: `let x = 1
let x = 2
`,
		Good: `let x = 1
let y = 2
`,
	},
	{
		Code:  GivenTwice,
		Title: `an attribute or section that is given twice`,
		Why:   `Which of the two counts would be a matter of order. Remove one.`,
		Bad: `source a from csv {
  path = "a.csv"
  path = "b.csv"
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string }
}
`,
	},
	{
		Code:  UnknownAttribute,
		Title: `an attribute that does not exist there`,
		Why:   `Rules, windows and schedules have a fixed set of attributes. A misspelt one would be ignored silently, and never is.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  titel = "Daily"
  key id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  title = "Daily"
  key id
}
`,
	},
	{
		Code:  Unqualified,
		Title: `a column with its side where none is due, or without it where one is`,
		Why:   `Where an equation has several terms, each reads another side and every column says which. A single term speaks of the same column on every side and names none.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key id = b.id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key a.id = b.id
}
`,
	},
	{
		Code:  TermSides,
		Title: `a term that does not read exactly one side`,
		Why:   `Each term of a key or comparison is computed from the row of one side, another one for each term. A key has a term for each side, or its rows could not be found.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key a.id = a.id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key a.id = b.id
}
`,
	},
	{
		Code:  NameNeeded,
		Title: `a key or comparison that needs a name`,
		Why:   `Reports, gates and handlers name comparisons. One whose first term is a plain column is named by it; any other says its name with as.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key upper(id)
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  key upper(id) as id
}
`,
	},
	{
		Code:  Circular,
		Title: `a value that needs itself`,
		Why:   `Lets, parameters and derived columns can use each other, but not in a circle.`,
		Bad: `let x = y + 1
let y = x + 1
`,
		Good: `let x = 1
let y = x + 1
`,
	},
	{
		Code:  WrongPlace,
		Title: `something that has no meaning where it stands`,
		Why:   `A gate sees numbers of the run and not its rows, column reads physical columns in a source only, aggregates need a group, and a side by itself is no value.`,
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

rule r between a, b {
  key id
  fail when amount > 0
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

rule r between a, b {
  key id
  fail when missing.count > 0
}
`,
	},
	{
		Code:  UnknownMetric,
		Title: `a number that a run does not have`,
		Why:   `Gates use X.count, X.S.count and X.rate of the outcomes, rows.S, diff.C, diff.C.S and absdiff.C of comparisons, open.count and expired.count.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  integer
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  integer
  }
}

rule r between a, b {
  key id
  compare amount
  fail when mismatch.cuont > 0
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  integer
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  integer
  }
}

rule r between a, b {
  key id
  compare amount
  fail when mismatch.count > 0
}
`,
	},
	{
		Code:  UnknownZone,
		Title: `a time zone that does not exist, or is not clear`,
		Why:   `Zones have IANA names such as Asia/Shanghai. Abbreviations such as CST mean several zones, and an offset such as +08:00 knows nothing of clock changes.`,
		Bad: `source a from csv {
  path = "a.csv"
  zone = "CST8"
  columns { id string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  zone = "Asia/Shanghai"
  columns { id string }
}
`,
	},
	{
		Code:  UnknownType,
		Title: `a type that does not exist, or has wrong arguments`,
		Why:   `Columns are string, integer, decimal(p, s), float, boolean, date, timestamp, enum(…), json or bytes. Parameters can also be durations and percentages.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  varchar
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}
`,
	},
	{
		Code:  NotInExpression,
		Title: `something that expressions do not have`,
		Why:   `Expressions have values, operators and functions: no loops over lists, no methods and no statements. So each can be checked before it runs, and its cost is known.`,
		Bad: `let ok = any("x")
`,
		Good: `let ok = has("xyz", "x")
`,
	},
	{
		Code:  BadMap,
		Title: `a map that is none`,
		Why:   `A map is written for decode only, and its keys and values are literals, so that the checker knows them all.`,
		Bad: `let x = decode("A", {A: "PAID"})
`,
		Good: `let x = decode("A", {"A": "PAID"})
`,
	},
	{
		Code:  OperatorName,
		Title: `an operator word where a name is due`,
		Why:   `A column may be called in or contains, but such a name by itself reads as an operator. It is written with its side, or in a source as column("in").`,
		Bad: `source a from csv {
  path = "a.csv"
  where contains == "x"
  columns { contains string }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  where a.contains == "x"
  columns { contains string }
}
`,
	},
	{
		Code:  TypeMismatch,
		Title: `an operator between values that it does not join`,
		Why:   `Numbers add to numbers, durations to times, and nothing is converted by the way: a text is no number and no date until it is read as one.`,
		Bad: `let x = 1 + "1"
`,
		Good: `let x = 1 + parse_number("1")
`,
	},
	{
		Code:  WrongArgument,
		Title: `an argument that a function does not take`,
		Why:   `Each function says what its arguments are; the reference lists them.`,
		Bad: `let x = upper(1)
`,
		Good: `let x = upper("a")
`,
	},
	{
		Code:  WrongArity,
		Title: `too few or too many arguments`,
		Why:   `Each function says how many arguments it takes; the reference lists them.`,
		Bad: `let x = upper("a", "b")
`,
		Good: `let x = upper("a")
`,
	},
	{
		Code:  NotBoolean,
		Title: `a value where a condition is due`,
		Why:   `A condition is true or false. A number or a text is neither, and is not taken as one.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    amount  integer
  }
}

rule r over a {
  assert amount
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    amount  integer
  }
}

rule r over a {
  assert amount > 0
}
`,
	},
	{
		Code:  CannotCompare,
		Title: `values that cannot be compared`,
		Why:   `Only values of one kind compare: a text with a text, a number with a number. Converting one of them silently is how 1, 01 and 1.0 become equal by accident.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    amount  integer
  }
}

rule r over a {
  assert amount == "10" as ten
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    amount  integer
  }
}

rule r over a {
  assert amount == 10 as ten
}
`,
	},
	{
		Code:  DateTimestamp,
		Title: `a date that meets an instant`,
		Why:   `A date is a whole day, and which instants belong to it depends on the time zone. date(t) takes the date of an instant in the zone of its column.`,
		Bad: `source a from csv {
  path = "a.csv"
  zone = "Asia/Shanghai"
  columns {
    at   timestamp
    day  date
  }
}

rule r over a {
  assert at >= day as later
}
`,
		Good: `source a from csv {
  path = "a.csv"
  zone = "Asia/Shanghai"
  columns {
    at   timestamp
    day  date
  }
}

rule r over a {
  assert date(at) >= day as later
}
`,
	},
	{
		Code:  NotInEnum,
		Title: `a text that is not among the values of an enum`,
		Why:   `A comparison with a value that an enum does not list is always false, so it is a mistake: in the text, or in the list.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    status  enum("PAID", "CLOSED")
  }
}

rule r over a {
  assert status == "PAYED" as paid
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    status  enum("PAID", "CLOSED")
  }
}

rule r over a {
  assert status == "PAID" as paid
}
`,
	},
	{
		Code:  UnitMismatch,
		Title: `two different units meet`,
		Why:   `CNY and USD, or yuan and cents, are never added, compared or chosen between. Convert one of them, or relabel it with unit(x, "CNY") where the declaration is wrong.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "USD"
  }
}

rule r between a, b {
  key id
  compare amount
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

rule r between a, b {
  key id
  compare amount
}
`,
	},
	{
		Code:  UnitProduct,
		Title: `a product or quotient without a unit`,
		Why:   `Money times money is nothing. One factor is a bare number; a quotient of two amounts in one unit is a bare number.`,
		Bad: `let x = 2 CNY * 3 CNY
`,
		Good: `let x = 2 CNY * 3
`,
	},
	{
		Code:  DivisionOutsideRound,
		Title: `a division without round`,
		Why:   `1 / 3 has no last digit. How many are meant, and so where the value is rounded, is part of the rule: round(a / b, 2).`,
		Bad: `let x = 10 / 3
`,
		Good: `let x = round(10 / 3, 2)
`,
	},
	{
		Code:  FloatExact,
		Title: `a float where exactness is needed`,
		Why:   `A float holds 0.1 only nearly. It is compared within a tolerance, ordered against a number, and never a key; it does not mix with decimals.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    weight  float
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    weight  float
  }
}

rule r between a, b {
  key id
  compare weight
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    weight  float
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    weight  float
  }
}

rule r between a, b {
  key id
  compare weight within 0.01
}
`,
	},
	{
		Code:  ToleranceType,
		Title: `a tolerance that cannot bound the values`,
		Why:   `A number is bounded by a number, money, % or bp; a time by a duration. A text agrees or it does not.`,
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

rule r between a, b {
  key id
  compare amount within 5m
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

rule r between a, b {
  key id
  compare amount within 0.05
}
`,
	},
	{
		Code:  ToleranceUnit,
		Title: `a tolerance in another unit`,
		Why:   `An amount in CNY is bounded in CNY, by a share, or by a bare number, which takes the unit of what it bounds.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

rule r between a, b {
  key id
  compare amount within 1 USD
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2) unit "CNY"
  }
}

rule r between a, b {
  key id
  compare amount within 1 CNY
}
`,
	},
	{
		Code:  WrongIgnoring,
		Title: `something that cannot be ignored`,
		Why:   `Text can be compared ignoring case, space or width. Nothing else can be ignored.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
    note    string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
    note    string
  }
}

rule r between a, b {
  key id
  compare amount ignoring case
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id      string
    amount  decimal(18, 2)
    note    string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id      string
    amount  decimal(18, 2)
    note    string
  }
}

rule r between a, b {
  key id
  compare note ignoring case
}
`,
	},
	{
		Code:  NotAList,
		Title: `in without a list`,
		Why:   `After in stands a list of at least one value: x in [a, b].`,
		Bad: `let x = "A" in "ABC"
`,
		Good: `let x = "A" in ["A", "B"]
`,
	},
	{
		Code:  TooManyDigits,
		Title: `a number of more than 38 digits`,
		Why:   `Numbers have at most 38 digits, of which any may stand after the point. A product's decimals add up; round a factor before it is multiplied.`,
		Bad: `let x = 123456789012345678901234567890123456789
`,
		Good: `let x = 12345678901234567890123456789012345678
`,
	},
	{
		Code:  WrongValue,
		Title: `a value that does not fit the attribute or parameter`,
		Why:   `Each attribute and parameter takes values of one type, some only certain texts.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  duplicates = "pairs"
  key id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  duplicates = "pair"
  key id
}
`,
	},
	{
		Code:  ColumnType,
		Title: `a derived column of another type than declared`,
		Why:   `The value after = must fit the declared type. A text is read as that type; anything else is converted by a function that says how.`,
		Bad: `source a from csv {
  path = "a.csv"
  zone = "Asia/Shanghai"
  columns {
    at   timestamp
    day  date = at
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  zone = "Asia/Shanghai"
  columns {
    at   timestamp
    day  date = date(at)
  }
}
`,
	},
	{
		Code:  ColumnUnit,
		Title: `a unit where none can be`,
		Why:   `Numbers have units. A unit is a text in quotes, or a text column of the same row that names it.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string unit "CNY"
  }
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  decimal(18, 2) unit "CNY"
  }
}
`,
	},
	{
		Code:  KeyType,
		Title: `a value that can be no key`,
		Why:   `A key is compared byte by byte after it was made canonical: text, numbers, dates, instants and truth values can be one.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    doc  json
  }
}

source b from csv {
  path = "b.csv"
  columns {
    doc  json
  }
}

rule r between a, b {
  key doc
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    doc  json
  }
}

source b from csv {
  path = "b.csv"
  columns {
    doc  json
  }
}

rule r between a, b {
  key json(doc, "$.id") as id
}
`,
	},
	{
		Code:  DateByHours,
		Title: `a date and hours`,
		Why:   `A date has no time of day: it moves, and differs, by whole days and weeks.`,
		Bad: `let x = 2026-11-20 + 12h
`,
		Good: `let x = 2026-11-20 + 1d
`,
	},
	{
		Code:  NoKey,
		Title: `a rule without a key`,
		Why:   `A key says which rows of the sides belong together.`,
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

rule r between a, b {
  compare amount
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

rule r between a, b {
  key id
  compare amount
}
`,
	},
	{
		Code:  NothingClaimed,
		Title: `a rule over one side that checks nothing`,
		Why:   `A rule over one side has at least one unique or assert.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule r over a {
  title = "Orders"
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

rule r over a {
  unique id
}
`,
	},
	{
		Code:  WindowTime,
		Title: `a window over rows without a time`,
		Why:   `A window is cut out of each side by its time, unless the settings of the source already read just the window.`,
		Bad: `param date: date

source a from csv {
  path = "a.csv"
  columns { id string, at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

rule r between a, b {
  window { period = day(date), slack = 30m, carry = 7d }
  key id
}
`,
		Good: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

rule r between a, b {
  window { period = day(date), slack = 30m, carry = 7d }
  key id
}
`,
	},
	{
		Code:  SlackNeedsCarry,
		Title: `slack without carry`,
		Why:   `A row within slack of the window's edge waits for its partner in the next window, and can only meet it there if it is carried over.`,
		Bad: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

rule r between a, b {
  window { period = day(date), slack = 30m }
  key id
}
`,
		Good: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

rule r between a, b {
  window { period = day(date), slack = 30m, carry = 7d }
  key id
}
`,
	},
	{
		Code:  WindowForm,
		Title: `a window that is none`,
		Why:   `A window has a period: day, week, month or hour of a date or an instant. Slack and carry belong to rules that pair rows, and the bounds of a window to rules that have one.`,
		Bad: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

rule r between a, b {
  window { period = date }
  key id
}
`,
		Good: `param date: date

source a from csv {
  path = "a.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

source b from csv {
  path = "b.csv"
  time = at
  zone = "UTC"
  columns { id string, at timestamp }
}

rule r between a, b {
  window { period = day(date), slack = 30m, carry = 7d }
  key id
}
`,
	},
	{
		Code:  BadSchedule,
		Title: `a schedule that is none`,
		Why:   `A schedule has a cron of five fields (minute, hour, day, month, weekday), and may have a zone and a timeout.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  schedule { cron = "30 25 * * *" }
  key id
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns {
    id  string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    id  string
  }
}

rule r between a, b {
  schedule { cron = "30 6 * * *" }
  key id
}
`,
	},
	{
		Code:  DecodeIncomplete,
		Title: `a decode that forgets values of an enum`,
		Why:   `An enum lists its values, so what each of them becomes can be known before a run. Without a default, decode gives null for a value that its map does not name, and such a row agrees with nothing: in the middle of the night, and not when the rule is written. A value that nothing corresponds to is decoded to null.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, state enum("PAID", "REFUNDED", "CLOSED") }
}

rule r over a {
  assert decode(state, {"PAID": 1, "REFUNDED": 2}) != null as known
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, state enum("PAID", "REFUNDED", "CLOSED") }
}

rule r over a {
  assert decode(state, {"PAID": 1, "REFUNDED": 2, "CLOSED": null}) != null as known
}
`,
	},
	{
		Code:  OnlyNull,
		Title: `a value that can be nothing but null`,
		Why:   `Null stands where a value was to be: both branches of a choice, every argument of coalesce, every value of a map, or both sides of a comparison. What comes of it is the same in every row.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert (n > 0 ? null : null) == n as right
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert (n > 0 ? n : null) == n as right
}
`,
	},
	{
		Code:  MinorUnit,
		Title: `an amount in a currency, taken for cents`,
		Why:   "`from_minor` turns cents into their currency. An amount whose unit is the currency itself is no number of cents, and would come out a hundred times too small.",
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert from_minor(amount, "CNY") > 5 as right
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert amount > 5 as right
}
`,
	},
	{
		Code:  DivisionByZero,
		Title: `a division by 0`,
		Why:   `The divisor is 0 in every row.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert round(amount / (1 - 1), 2) > 5 as right
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert round(amount / 2, 2) > 5 as right
}
`,
	},
	{
		Code:  NeverEqual,
		Title: `an equality that no value can meet`,
		Why:   `A number with two decimals is never 0.001, one of four digits is never a million, and two enums without a common value never agree. The comparison says the same in every row.`,
		Bad: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert amount == 0.001 as right
}
`,
		Good: `source a from csv {
  path = "a.csv"
  columns { id string, n integer, amount decimal(18, 2) unit "CNY" }
}

rule r over a {
  assert amount == 0.01 as right
}
`,
	},
}
