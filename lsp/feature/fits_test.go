package feature_test

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lsp/feature"
)

// What fits by type, unit and name is offered first, and what cannot stand there last or not at all. The cursor stands at «»; want are the first
// items, after … the last ones, and the only ones where it ends with a full stop.
func TestWhatFitsComesFirst(t *testing.T) {
	const head = `recon 1

param date: date = today()
let 上限 = 5
let 标题 = "日对账🐼"
secret 钥匙 = env("KEY")

source orders from csv {
  path = "a.csv"
  columns {
    order_no string
    mch_id   string
    amount   decimal(18, 2) unit "CNY"
    fee      decimal(18, 4) unit "CNY"
    status   enum("PAID", "REFUNDED🐼")
    paid_at  timestamp
    订单金额 decimal(18, 2) unit "USD"
  }
}

source bill from csv {
  path = "b.csv"
  columns {
    trade_time timestamp
    foreign_fee decimal(18, 4) unit "USD"
    out_trade_no string
    rate_fee decimal(18, 4) unit "CNY"
    mch_id string
    total decimal(18, 2) unit "CNY"
    state string
    商户金额 decimal(18, 2) unit "USD"
  }
}

action 群 from dingtalk {
  url = secret.钥匙
}

`
	const rule = "rule 日对账 between orders, bill {\n  description = \"🐼\"\n  key orders.order_no = bill.out_trade_no\n"
	for _, c := range []struct{ text, want string }{
		{rule + "  compare orders.amount = bill.«»\n}", "total, rate_fee … trade_time, foreign_fee, out_trade_no, mch_id, state, 商户金额."},
		{rule + "  compare orders.fee = bill.«»\n}", "rate_fee, total …"},
		{rule + "  compare orders.paid_at = bill.«»\n}", "trade_time …"},
		{rule + "  compare orders.status = bill.«»\n}", "state, mch_id, out_trade_no …"},
		{rule + "  compare orders.订单金额 = bill.«»\n}", "商户金额, foreign_fee …"},
		{rule + "  compare orders.amount = «»\n}", "bill.total, bill.rate_fee …"},
		{rule + "  compare orders.amount = b«»\n}", "bill.total, bill.rate_fee, bill …"},
		{rule + "  key bill.out_trade_no = «»\n}", "orders.order_no, orders.mch_id, orders.status, decode, orders"},
		{rule + "  compare 订单«»\n}", "orders.订单金额"},
		{rule + "  compare f«»\n}", "orders.fee"},
		{rule + "  compare orders.amount = t«»\n}", "bill.total"},
		{rule + "  compare orders.amount «»\n}", "=, within, as, where, ignoring, |."},
		{rule + "  compare orders.amount = bill.total within «»\n}", "0.01, 0.1%, 上限."},
		{rule + "  compare orders.amount = bill.total within 0.01 or «»\n}", "0.1%, 上限."},
		{rule + "  compare orders.status = decode(bill.state, «»\n}", "{…}."},
		{rule + "  compare bill.state = decode(orders.status, {«»\n}", "\"PAID\", \"REFUNDED🐼\"."},
		{rule + "  compare orders.status = decode(bill.state, {\"好🐼\": «»\n}", "\"PAID\", \"REFUNDED🐼\"."},
		{rule + "  compare «»\n}", "mch_id, orders.amount, orders.fee, orders.status …"},
		{"rule 对账 between orders, bill {\n  key «»\n}", "mch_id, orders.order_no, orders.status, orders, bill, orders.mch_id …"},
		{rule + "  compare orders.fee = bill.rate_fee where orders.status «»\n}", "==, !="},
		{rule + "  compare orders.fee = bill.rate_fee where orders.status == \"PAID\" «»\n}", "as, and, or, |."},
		{rule + "  compare orders.amount = bill.total as 额\n  fail when abs(«»\n}", "diff.额"},
		{rule + "  compare orders.amount = bill.total as 额\n  fail when abs(diff.额) > 100 «»\n}", "CNY, or, and, USD"},
		{rule + "  on missing bill where orders.amount >= «»\n}", "0, 1000 CNY"},
		{rule + "  on missing bill {\n    do «»\n  }\n}", "群."},
		{rule + "  title = «»\n}", "标题."},
		{rule + "  schedule {\n    cron = \"30 «»", "6, 0, *"},
		{rule + "  compare orders.amount = bill.total\n  «»\n}", "compare, schedule, window, warn, fail, on, title"},
		{"rule 日对账 between orders as o🐼, «»", "bill, orders."},
		{"rule 日对账 between orders as o, bill «»", "as."},
		{"rule 日对账 between orders, bill {\n  group day(orders.paid_at) = day(bill.trade_time)\n  drill into «»\n}", "mch_id, order_no, status … amount"},
		{"template 常用(级: string, 容差: decimal) {\n  title = \"🐼\"\n  warn when abs(diff.total) > «»\n}", "级, 容差"},
		{"rule 日对账 between orders, bill {\n  group mch_id\n  compare sum(m«»\n}", "mch_id, orders.mch_id"},
		{"template 常用(级🐼, 容差: «»", "string, integer, decimal, boolean"},
		{"param 容差: de«»", "decimal."},
		{"rule 日对账 between orders, bill {\n  «»\n}", "key, title, owner, severity"},
		{"view v from orders {\n  where status in «»\n}", "[…]"},
		{"view v from orders {\n  where paid_at > «»\n}", "now, date … paid_at"},
		{"view v from orders {\n  join bill on order_no = «»\n}", "bill.out_trade_no, bill.mch_id, bill.state"},
		{"view v from orders {\n  group mch_id {\n    total decimal(18, 2) = «»\n  }\n}", "sum, count"},
		{"view v from orders {\n  group mch_id {\n    total decimal(18, 2) = sum(«»\n  }\n}", "amount, fee, 订单金额"},
		{"rule o over orders {\n  «»\n}", "unique, assert, title"},
		{"rule o over orders {\n  assert amount > 0 «»\n}", "CNY, as, and, or"},
		{"source s from csv {\n  path = \"🐼.csv\"\n  «»\n}", "columns, time, zone"},
		{"source s from sqlite {\n  table = «»\n}", `"orders", 标题.`},
		{"source s from csv {\n  header = «»\n}", `"first", "auto", "none", 标题.`},
		{"source s from csv {\n  columns {\n    名 string «»\n  }\n}", "=."},
		{"source s from csv {\n  columns {\n    额 decimal(18, 2) «»\n  }\n}", "unit, =."},
		{"source s from csv {\n  columns {\n    额 decimal(18, 2) = column(\"🐼\") | «»\n  }\n}", "parse_number"},
		{"param p: date = today() - «»", "1d, 7d, date, today"},
		{"param p: date = today() - 3«»", "3d, 3w."},
	} {
		text := strings.Replace(head+c.text, "«»", "", 1)
		at := strings.Index(head+c.text, "«»")
		items := completeIn(text, at, feature.CompleteOptions{Snippets: true})
		first, last, _ := strings.Cut(c.want, " …")
		first, only := strings.CutSuffix(first, ".")
		last, all := strings.CutSuffix(strings.TrimSpace(last), ".")
		n := strings.Count(first, ", ") + 1
		got := labelList(items, n)
		if got != first || only && len(items) != n {
			t.Errorf("%s\ngot  %s of %d\nwant %s", c.text, labelList(items, n+3), len(items), c.want)
			continue
		}
		place := n - 1
		for _, label := range strings.Split(last, ", ") {
			if last == "" {
				break
			}
			i := 0
			for i < len(items) && items[i].Label != label {
				i++
			}
			if i <= place && i < len(items) || all && i == len(items) {
				t.Errorf("%s\n%s is number %d of %s\nwant %s", c.text, label, i+1, labelList(items, len(items)), c.want)
			}
		}
		if all && len(items) != n+strings.Count(last, ", ")+1 {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, labelList(items, len(items)), c.want)
		}
	}
}

// Forms of statements have the sides of the rule around to choose from.
func TestFormsOfStatements(t *testing.T) {
	const head = "source 订单🐼 from csv {\n}\n\nsource orders from csv {\n  path = \"🐼\"\n  columns { no string }\n}\n\nsource bill from csv {\n  path = \"b\"\n  columns { no string }\n}\n\n"
	for _, c := range [][2]string{
		{"rule r between orders, bill as 账单 {\n  key no\n  tri«»\n}\n", "trigger ${1|orders,账单|}.changes {\n  $0\n}"},
		{"rule r between orders, bill as 账单 {\n  key no\n}\n\ntest \"🐼\" for r {\n  gi«»\n}\n", "given ${1|orders,账单|} {\n  $0\n}"},
		{"view v from orders {\n  gr«»\n}\n", "group ${1:column} {\n  $0\n}"},
	} {
		text := head + c[0]
		at := strings.Index(text, "«»")
		items := completeIn(strings.Replace(text, "«»", "", 1), at, feature.CompleteOptions{Snippets: true})
		if len(items) == 0 || items[0].Insert != c[1] || !items[0].Snippet {
			t.Errorf("%s: the first of%s is no %q", c[0], labels(items, 3), c[1])
		}
		items = completeIn(strings.Replace(text, "«»", "", 1), at, feature.CompleteOptions{Snippets: true, NoChoices: true})
		if want := strings.Replace(c[1], "${1|orders,账单|}", "${1:orders}", 1); items[0].Insert != want {
			t.Errorf("%s: without choices it is %q, want %q", c[0], items[0].Insert, want)
		}
	}
}

// A client that cannot fill in places gets what stands before the first, on one line, and goes on there.
func TestWithoutPlaces(t *testing.T) {
	for _, c := range [][2]string{
		{"", "recon 1"}, {"so", "source "}, {"te", `test "`}, {"source a from cs", "csv {"}, {"source a from csv {\n  pa", "path = "}, {"source a from csv {\n  co", "columns {"},
		{"source a from csv {\n  columns {\n    金额 de", "decimal(18, 2)"}, {"source a from csv {\n  columns {\n    状态 en", `enum("`},
		{"source a from csv {\n  columns {\n    名 string = co", `column("`}, {"source a from csv {\n  columns {\n    名 string = column(\"🐼\") | tr", "trim("},
		{"rule r between a, b {\n  wa", "warn when "}, {"rule r between a, b {\n  on", "on "}, {"let 今 = no", "now()"}, {"secret s = e", `env("`},
	} {
		items := completeIn(c[0], len(c[0]), feature.CompleteOptions{})
		if len(items) == 0 || items[0].Insert != c[1] || items[0].Snippet {
			t.Errorf("%q: the first of%s is no %q", c[0], labels(items, 3), c[1])
		}
	}
	const locked = "source orders from mysql {\n  columns {\n    "
	for _, it := range completeIn(locked, len(locked), feature.CompleteOptions{}) {
		if strings.Contains(it.Insert, "\n") {
			t.Errorf("%s has several lines", it.Label)
		}
	}
}

// What is offered for the text of a message is one that says something of the rule around, and that can be read.
func TestMessages(t *testing.T) {
	const text = `recon 1

secret dsn = env("URL")

source 订单 from csv {
  path = "🐼.csv"
  columns {
    单号 string
    金额 decimal(18, 2) unit "CNY"
  }
}

source 账单 from csv {
  path = "b.csv"
  columns {
    单号 string
    金额 decimal(18, 2) unit "CNY"
  }
}

action 群 from dingtalk {
  url = secret.dsn
}

rule 对账 between 订单, 账单 {
  key 单号
  compare 金额
  on missing 账单 {
    do 群 {
      text = «»
    }
  }
}
`
	at := strings.Index(text, "«»")
	items := completeIn(strings.Replace(text, "«»", "", 1), at, feature.CompleteOptions{})
	for i, want := range []string{`"${count} rows, as ${sample(单号, 3)}"`, `"${count} rows of ${sum(订单.金额)}"`} {
		if items[i].Insert != want {
			t.Fatalf("number %d is %s, want %s", i+1, items[i].Insert, want)
		}
		unit := lang.Compile([]*diag.File{{Name: "/w/a.recon", Text: []byte(strings.Replace(text, "«»", items[i].Insert, 1))}}, testCatalog)
		for _, d := range unit.Diags {
			t.Errorf("%s: %s %s", want, d.Code, d.Message)
		}
	}
}
