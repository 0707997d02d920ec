package builtin

// Funcs are all functions that an expression may call, by name.
var Funcs = []*Func{
	absFunc, ceilFunc, coalesceFunc, dateFunc, dayFunc, decodeFunc, endsWithFunc, floorFunc, formatFunc, fromMinorFunc,
	hasFunc, hourFunc, jsonFunc, likeRegexFunc, lowerFunc, maxFunc, minFunc, monthFunc, nowFunc, padLeftFunc,
	parseDateFunc, parseNumberFunc, parseTimeFunc, replaceFunc, roundFunc, splitPartFunc, startsWithFunc, substrFunc,
	todayFunc, trimFunc, truncFunc, unitFunc, upperFunc, weekFunc,
}

// Place is where a name that is no ordinary function stands.
type Place string

// The places.
const (
	InGroup   Place = "in a rule or view with group"
	InColumn  Place = "in a derived column of a source"
	InMessage Place = "in the text of a message"
	InSecret  Place = "in a secret declaration"
)

// Special is a name that is written like a function and belongs to one place of the language,
// which knows its code.
type Special struct {
	Name      string
	Place     Place
	Signature string
	Doc       string
	Example   string
}

// Specials are all of these, by name and place.
var Specials = []Special{
	{"avg", InGroup, "avg(x)", "The mean of x over the rows of the group that have one; null if none has.", `avg(amount)`},
	{"column", InColumn, "column(name)", "The physical column of that name of the row that is read, whatever characters the name has.", `column("商户订单号")`},
	{"count", InGroup, "count(x)", "How many rows of the group there are; with a column, how many where it is not null.", `count(o)`},
	{"count", InMessage, "count", "How many breaks the message is about: keys, or rows where there is no key.", `"${count} orders"`},
	{"count_if", InGroup, "count_if(condition)", "How many rows of the group meet the condition.", `count_if(status == "PAID")`},
	{"env", InSecret, "env(name)", "The environment variable of that name.", `env("ORDERS_DSN")`},
	{"file", InSecret, "file(path)", "The content of a file, without the newline at its end; the path counts from the rule file.", `file("secrets/dsn")`},
	{"max", InGroup, "max(x)", "The largest x of the group; null if no row has one.", `max(amount)`},
	{"min", InGroup, "min(x)", "The smallest x of the group; null if no row has one.", `min(amount)`},
	{"sample", InMessage, "sample(x, n)", "The first n different values of x among the rows that the message is about, n from 1 to 1000; nulls are left out.", `sample(order_no, 3)`},
	{"sum", InGroup, "sum(x)", "The sum of x over the rows of the group; nulls are skipped, and the sum of none is 0.", `sum(amount)`},
	{"sum", InMessage, "sum(x)", "The sum of x over the rows that the message is about, with its unit; where rows have several units, the sum of each.", `sum(orders.amount)`},
	{"sum_if", InGroup, "sum_if(x, condition)", "The sum of x over the rows of the group that meet the condition.", `sum_if(amount, direction == "C")`},
}

// FindSpecial is a special of that name, or nil. Where one name stands in several places it is the
// first of them.
func FindSpecial(name string) *Special {
	for i := range Specials {
		if Specials[i].Name == name {
			return &Specials[i]
		}
	}
	return nil
}
