package feature_test

import (
	"strings"
	"testing"

	"github.com/recon-lang/recon/lsp/feature"
)

// What is offered first at places that the example does not have. The cursor stands at «».
func TestFirstItems(t *testing.T) {
	const head = `recon 1

param date: date = today()
let 容差🐼 = 1

template 常用(级别: string, days: integer) {
  severity = 级别
}

source orders from csv {
  path = "a.csv"
  columns {
    no     string
    amount decimal(18, 2) unit "CNY"
    dir    enum("借", "贷")
    at     timestamp
  }
}

source rates from csv {
  path = "b.csv"
  columns {
    no   string
    rate decimal(10, 4)
  }
}

action 群 from dingtalk {
  url = secret.x
}

`
	const rule = "rule r between orders, rates {\n  key no\n  compare orders.amount = rates.rate as 金额\n"
	for _, c := range []struct{ text, want string }{
		{"view v from «»", "orders, rates"},
		{"view v from orders {\n  where dir == «»\n}", `"借", "贷"`},
		{"view v from orders {\n  where dir in [«»]\n}", `"借", "贷"`},
		{"view v from orders {\n  join «»\n}", "orders, rates"},
		{"view v from orders {\n  join rates as x on no = x.«»\n}", "no, rate"},
		{"view v from orders {\n  join rates as x on no = x.no\n  group dir {\n    总 decimal(18, 2) = su«»\n  }\n}", "sum"},
		{"rule o over orders {\n  unique «»\n}", "no, amount, dir, at"},
		{"rule o over orders {\n  assert amount > 0 as 正\n  fail when breach.«»\n}", "count, 正.count"},
		{"rule o over orders {\n  on «»\n}", "breach, unkeyed, cleared"},
		{"rule o over orders {\n  assert amount > 0 as 正\n  on breach «»\n}", "正"},
		{rule + "  use 常用(«»)\n}", "级别, days"},
		{rule + "  use 常用(级别 = \"高\", «»)\n}", "days"},
		{rule + "  drill «»\n}", "into"},
		{rule + "  drill into «»\n}", "no, dir, amount"},
		{rule + "  trigger «»\n}", "orders.changes, rates.changes"},
		{rule + "  trigger orders.changes {\n    «»\n  }\n}", "delay, sample, always"},
		{rule + "  trigger orders.changes {\n    sample = 5«»\n  }\n}", "5%, 5bp"},
		{rule + "  baseline = «»\n}", "orders, rates"},
		{rule + "  window {\n    period = day(«»)\n  }\n}", "date"},
		{rule + "  window {\n    slack = 45«»\n  }\n}", "45ms, 45s, 45m, 45h"},
		{rule + "  compare orders.no = rates.no ignoring «»\n}", "case, space, width"},
		{rule + "  compare orders.amount = rates.rate within 0.«» as x\n}", "0.01, 0.1%"},
		{rule + "  compare orders.amount = rates.rate within 0.01«» as x\n}", "0.01, 0.01%, 0.01bp, 0.01 CNY"},
		{rule + "  compare orders.amount = rates.rate within 5«» as x\n}", "5, 5%, 5bp, 5 CNY"},
		{rule + "  compare orders.at = rates.at within 5«» as x\n}", "5m, 5ms, 5s"},
		{rule + "  fail when absdiff.金额 > 100 «»\n}", "CNY"},
		{rule + "  on mismatch «»\n}", "金额, where"},
		{rule + "  on missing rates {\n    do «»\n  }\n}", "群"},
		{rule + "  on missing rates {\n    do 群 {\n      «»\n    }\n  }\n}", "text, to"},
		{rule + "  on missing rates {\n    do 群 {\n      text = \"共 ${«»} 笔\"\n    }\n  }\n}", "count, sample, sum"},
		{rule + "  on missing rates {\n    do 群 {\n      text = \"共 ${sum(«»)} 笔\"\n    }\n  }\n}", "orders.amount, rates.rate"},
		{rule + "}\n\ntest \"t\" for r {\n  expect mismatch «»\n}", "金额"},
		{rule + "}\n\ntest \"t\" for r {\n  given «»\n}", "orders, rates"},
		{rule + "}\n\ntest \"t\" for r {\n  expect missing rates {\n    «»\n  }\n}", "| no |"},
		{rule + "}\n\ntest \"t\" for r {\n  given orders {\n    | no | dir | at |\n    | A1 | «»\n  }\n}", "借, 贷"},
		{rule + "}\n\ntest \"t\" for r {\n  given orders {\n    | no | dir | at |\n    | A1 | «» | 2026-11-20 |\n  }\n}", "借, 贷"},
		{rule + "}\n\ntest \"t\" for r {\n  given orders {\n    | no | «»\n  }\n}", "amount, dir, at"},
		{rule + "}\n\nmoved old to «»", "r"},
		{"source s from csv {\n  zone = \"Asia/Shang«»\"\n}", "Asia/Shanghai"},
		{"source s from csv {\n  header = \"«»\"\n}", "first, auto, none"},
		{"source s from csv {\n  path = \"x\", bad_rows = \"«»\"\n}", "report"},
		{"source s from csv {\n  sorted = [«»]\n  columns {\n    a string\n    b date\n  }\n}", "a, b"},
		{"param p: «»", "string, integer"},
		{"secret s = «»", "env, file"},
		{"source s from csv {\n  skip = 1«»\n}", "1"},
		{"let x = from_minor(5, \"«»\")", "CNY, USD"},
	} {
		text := strings.Replace(head+c.text, "«»", "", 1)
		at := strings.Index(head+c.text, "«»")
		got := strings.TrimSpace(labelList(completeIn(text, at, feature.CompleteOptions{Snippets: true}), strings.Count(c.want, ", ")+1))
		if got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.text, got, c.want)
		}
	}
}

func labelList(items []feature.Item, n int) string {
	var list []string
	for _, it := range items[:min(n, len(items))] {
		list = append(list, it.Label)
	}
	return strings.Join(list, ", ")
}

// Plugins are chosen from a list, since no author knows their names.
func TestPluginsAreChosen(t *testing.T) {
	for _, it := range completeIn("", 0, feature.CompleteOptions{Snippets: true}) {
		choices := map[string]string{"source": "${2|csv,", "action": "${2|"}[it.Label]
		if !strings.Contains(it.Insert, choices) {
			t.Errorf("%s is inserted as %q, want %q in it", it.Label, it.Insert, choices)
		}
	}
}
