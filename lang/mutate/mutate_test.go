package mutate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang"
	"github.com/recon-lang/recon/lang/diag"
	"github.com/recon-lang/recon/lang/program"
	"github.com/recon-lang/recon/sdk/schema"
)

const text = `recon 1

param date: date

source orders from files {
  path = "orders.csv"
  time = paid_at
  where status in ["PAID", "REFUNDED"]

  columns {
    order_no  string
    shop      string
    amount    decimal(18, 2) unit "CNY"
    fee       decimal(18, 2) unit "CNY"
    status    string
    paid_at   timestamp
  }
}

source bill from files {
  path = "bill.csv"
  time = paid_at

  columns {
    order_no  string
    shop      string
    total     decimal(18, 2) unit "CNY"
    state     string
    paid_at   timestamp
  }
}

rule daily between orders, bill {
  window {
    period = day(date)
    slack  = 30m
    carry  = 2d
  }
  key order_no
  key lower(orders.shop) = bill.shop as shop
  compare orders.amount - orders.fee = bill.total within 0.01 or 0.1% where orders.status == "PAID" as amount
  compare orders.status = decode(bill.state, {"OK": "PAID", "BACK": "REFUNDED"}) ignoring case as status
  fail when mismatch.count > 2 or missing.rate > 0.5%
}
`

// compiled is the rule of a text, which has no faults.
func compiled(t *testing.T, text string) *program.Rule {
	t.Helper()
	f := &diag.File{Name: "daily.recon", Text: []byte(text)}
	u := lang.Compile([]*diag.File{f}, func([]string) schema.Catalog {
		path := schema.Setting{Name: "path", Type: schema.Type{Kind: schema.Path}, Required: true}
		return schema.Catalog{Sources: map[string]schema.Source{"files": {Name: "files", Settings: []schema.Setting{path}}}}
	})
	if u.Diags.HasErrors() {
		var b strings.Builder
		diag.Text(&b, u.Diags, false)
		t.Fatal(b.String())
	}
	return u.Program.Rules[0]
}

func TestEachMutantChangesOneThing(t *testing.T) {
	r := compiled(t, text)
	before := dump(r)
	var got strings.Builder
	for _, m := range Of(r) {
		line := 1 + strings.Count(string(m.Span.File.Text[:m.Span.Start]), "\n")
		in := ""
		if m.In != nil {
			in = m.In.Name
		}
		fmt.Fprintf(&got, "%d %s %s: %s -> %s\n", line, m.Part, in, m.Was, m.Now)
		if dump(m.Rule) == before {
			t.Errorf("line %d: %s -> %s changes nothing", line, m.Was, m.Now)
		}
		for original, c := range m.Sources {
			if original == c || original.Name != c.Name {
				t.Errorf("source %s is no copy", original.Name)
			}
		}
	}
	if dump(r) != before {
		t.Error("the original was changed")
	}
	if got.String() != strings.TrimLeft(want, "\n") {
		t.Errorf("mutants:\n%s", got.String())
	}
}

const want = `
39 outcome : key order_no -> 
40 outcome : key lower(orders.shop) = bill.shop as shop -> 
40 outcome : lower(orders.shop) -> orders.shop
41 outcome : compare orders.amount - orders.fee = bill.total within 0.01 or 0.1% where orders.status == "PAID" as amount -> 
41 outcome : orders.amount - orders.fee -> orders.amount + orders.fee
41 outcome : 0.01 or 0.1% -> 0.01 and 0.1%
41 outcome : 0.01 -> 
41 outcome : 0.01 -> 0.02
41 outcome : 0.1% -> 
41 outcome : 0.1% -> 0.2%
41 outcome : where orders.status == "PAID" -> 
41 outcome : orders.status == "PAID" -> orders.status != "PAID"
42 outcome : compare orders.status = decode(bill.state, {"OK": "PAID", "BACK": "REFUNDED"}) ignoring case as status -> 
42 outcome : "OK": "PAID" -> 
42 outcome : "BACK": "REFUNDED" -> 
42 outcome : ignoring case -> 
36 outcome : slack = 30m -> 
36 outcome : slack = 30m -> slack = 1h
37 outcome : carry = 2d -> 
37 outcome : carry = 2d -> carry = 4d
43 gate : fail when mismatch.count > 2 or missing.rate > 0.5% -> 
43 gate : mismatch.count > 2 or missing.rate > 0.5% -> mismatch.count > 2 and missing.rate > 0.5%
43 gate : mismatch.count > 2 -> mismatch.count >= 2
43 gate : mismatch.count > 2 -> mismatch.count <= 2
43 gate : mismatch.count > 2 -> mismatch.count > 4
43 gate : missing.rate > 0.5% -> missing.rate >= 0.5%
43 gate : missing.rate > 0.5% -> missing.rate <= 0.5%
43 gate : missing.rate > 0.5% -> missing.rate > 1%
8 outcome orders: where status in ["PAID", "REFUNDED"] -> 
8 outcome orders: "PAID" in the list -> 
8 outcome orders: "REFUNDED" in the list -> 
`

// dump spells all that a mutant could change.
func dump(r *program.Rule) string {
	var b strings.Builder
	e := func(x *program.Expr) {
		x.Walk(func(x *program.Expr) bool {
			fmt.Fprintf(&b, "(%d %s %d %d %s %v)", x.Op, x.Name, x.Side, x.Index, x.Value, len(x.Args))
			return true
		})
		b.WriteByte('\n')
	}
	for _, k := range r.Keys {
		for _, t := range k.Terms {
			e(t)
		}
	}
	for _, c := range r.Compare {
		for _, t := range c.Terms {
			e(t)
		}
		for _, t := range c.Tolerance.Bounds {
			e(t.Value)
		}
		fmt.Fprintln(&b, c.Tolerance.All, c.Ignoring)
		e(c.Where)
	}
	e(r.Window.Slack)
	e(r.Window.Carry)
	for _, g := range r.Gates {
		e(g.When)
	}
	for _, s := range r.Sides {
		e(s.Source.Where)
	}
	return b.String()
}
