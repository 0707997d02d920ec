package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/recon-lang/recon/lang/langtest"
	"github.com/recon-lang/recon/lang/program"
)

// sketch writes what a rule does about breaks and when it runs, with the parts of fields as the engine sees them.
func sketch(r *program.Rule) string {
	var b strings.Builder
	var expr func(e *program.Expr) string
	expr = func(e *program.Expr) string {
		if e == nil {
			return "-"
		}
		var args []string
		for _, a := range e.Args {
			args = append(args, expr(a))
		}
		switch e.Op {
		case program.OpLiteral:
			return e.Value.String()
		case program.OpColumn:
			return fmt.Sprintf("%s.%s", r.Sides[e.Side].Name, r.Sides[e.Side].Source.Columns[e.Index].Name)
		case program.OpMessage:
			return "message " + e.Name + "(" + strings.Join(args, ", ") + ")"
		case program.OpCall:
			return e.Name + "(" + strings.Join(args, ", ") + ")"
		}
		return "op(" + strings.Join(args, ", ") + ")"
	}
	if s := r.Schedule; s != nil {
		fmt.Fprintf(&b, "schedule %s in %s, timeout %s\n", s.Cron, s.Zone, expr(s.Timeout))
	}
	if t := r.Trigger; t != nil {
		fmt.Fprintf(&b, "trigger %s: %s %s %s %s %s always %s\n", r.Sides[t.Side].Name, expr(t.Delay), expr(t.Sample), expr(t.Retry), expr(t.Every), expr(t.Rate), expr(t.Always))
	}
	for _, h := range r.Handlers {
		fmt.Fprintf(&b, "on %s %s where %s\n", h.Outcome, h.Name, expr(h.Where))
		for _, d := range h.Do {
			fmt.Fprintf(&b, "  do %s, each %v\n", d.Action.Name, d.Action.PerBreak)
			for _, f := range d.Fields {
				fmt.Fprintf(&b, "    %s = %s\n", f.Name, expr(f.Value))
			}
		}
	}
	return b.String()
}

func TestHandlersOfEdition1(t *testing.T) {
	want := map[string]string{
		"01_daily_payment.recon": `schedule 30 6 * * * in Asia/Shanghai, timeout 2h0m0s
on missing bill where op(orders.amount, 1000)
  do fin_oncall, each false
    text = op(长款 , message count(),  笔，合计 , message sum(orders.amount), ，示例 , message sample(orders.order_no, 3))
`,
		"02_realtime_cache.recon": `schedule 0 3 * * * in Asia/Shanghai, timeout -
trigger account: 2s 0.05 3 5s 2000 always op(op(account.level, VIP), op(account.balance, 100000))
on mismatch balance where -
  do pager, each false
    text = op(账户 , message sample(coalesce(account.user_id, account_cache.user_id), 5),  余额与缓存不一致)
  do drop_cache, each true
    limit = 50
    approval = auto
    verify = 5s
`,
	}
	for _, f := range langtest.Examples(t) {
		text, ok := want[f.Name]
		if !ok {
			continue
		}
		u := compile(f)
		for _, d := range u.Diags {
			t.Errorf("%s: %s", f.Name, describe(d))
		}
		if len(u.Program.Rules) != 1 {
			t.Fatalf("%s: %d rules", f.Name, len(u.Program.Rules))
		}
		if got := sketch(u.Program.Rules[0]); got != text {
			t.Errorf("%s: got\n%swant\n%s", f.Name, got, text)
		}
	}
}

// A rule may have several handlers with several things to do each, of which none hides another; names of keys mean the value
// of whichever side has a row; a field of an action that is done for each break reads its row.
func TestHandlersOfAllOutcomes(t *testing.T) {
	u := compileText(`
secret hook = env("HOOK_URL")

source a from csv {
  path = "a.csv"
  columns {
    id      integer
    amount  decimal(18, 2) unit "CNY"
    note    string
  }
}

source b from csv {
  path = "b.csv"
  columns {
    no      decimal(18, 0)
    amount  decimal(18, 2) unit "CNY"
  }
}

action page from webhook {
  url = secret.hook
}

action put from redis {
  url     = secret.hook
  command = "SET {id} {note} {b.amount}"
}

rule r between a, b {
  key a.id = b.no as id
  compare amount
  on missing where id > 5 { do page { text = "${count > 1 ? 'many' : 'one'} ${sum(a.amount - b.amount)}" } }
  on duplicate a { do put { value = a.amount, note = "${id}: ${a.note}" } }
  on unkeyed b { do page { text = "x" } }
  on expired b {
    do page { text = "late", priority = 3, within = 5m }
    do put
    do page { text = "again" }
  }
  on cleared where a.note != null { do put { note = a.note, tags = ["a", a.note] } }
}

rule o over a {
  unique id
  assert amount > 0 as positive
  on breach positive { do put2 { value = amount } }
  on breach id where amount > 5 CNY { do page { text = "${sample(note, 2)}" } }
  on unkeyed { do page { text = "${count}" } }
}

action put2 from redis {
  url     = secret.hook
  command = "SET {id} {note} {amount}"
}

rule totals between a, b {
  group a.id = b.no as id
  compare sum(a.amount) = sum(b.amount) as total
  on mismatch total where sum(a.amount) > 5 CNY { do page { text = "${sum(a.amount)} of ${sample(id, 3)}" } }
}
`)
	for _, d := range u.Diags {
		t.Error(describe(d))
	}
	var got strings.Builder
	for _, r := range u.Program.Rules {
		got.WriteString(sketch(r))
	}
	want := `on missing  where op(coalesce(a.id, b.no), 5)
  do page, each false
    text = op(op(op(message count(), 1), many, one),  , message sum(op(a.amount, b.amount)))
on duplicate a where -
  do put, each true
    value = a.amount
    note = op(coalesce(a.id, b.no), : , a.note)
on unkeyed b where -
  do page, each false
    text = x
on expired b where -
  do page, each false
    text = late
    priority = 3
    within = 5m0s
  do put, each true
  do page, each false
    text = again
on cleared  where op(a.note, null)
  do put, each true
    note = a.note
    tags = op(a, a.note)
on breach positive where -
  do put2, each true
    value = a.amount
on breach id where op(a.amount, 5)
  do page, each false
    text = op(message sample(a.note, 2))
on unkeyed  where -
  do page, each false
    text = op(message count())
on mismatch total where op(a.sum(amount), 5)
  do page, each false
    text = op(message sum(a.sum(amount)),  of , message sample(coalesce(a.id, b.id), 3))
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}
